/**
 * `npm run gpu-check`: packs what a bare Linux machine with a graphics processor needs for the check (Node itself, Dawn, Vulkan's loader, the part of
 * this checkout that the check is made of, the peers), and prints the command to run there. Nothing is fetched or installed there; its Python
 * is taken for the peers. usage: pack.ts [--out FOLDER]
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { LabError } from '../../../shared/errors/errors.ts'
import { moduleFiles, packageFolders } from './module-files.ts'
import { putVulkanLibraries } from './vulkan-libraries.ts'

const ROOT = path.join(import.meta.dirname, '..', '..', '..')
const MODULES = path.join(ROOT, 'node_modules')
/** What can be copied to such a machine. */
const MOST_BYTES = 64 * 2 ** 20
const ARCHIVE = 'pack.tar.xz'
const ENTRIES = ['check.ts', 'run-section.ts'].map((file) => path.join(import.meta.dirname, file))
/** Read as the check runs. */
const DATA = [path.join(ROOT, 'test', 'golden'), path.join(ROOT, 'test', 'bench', 'peers')]
/** Dawn has a program for every platform; the check is for this one. */
const DAWN_PLATFORM = 'linux-x64'

const { values } = parseArgs({ options: { out: { type: 'string', default: path.join(ROOT, 'dist', 'gpu-check') } } })
const out = path.resolve(values.out)

function run(command: string, commandArguments: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}): void {
  const { status, error } = spawnSync(command, commandArguments, {
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  })
  if (status === 0) return
  throw new LabError('file', `\`${command}\` does not do its part of the pack.`, {
    where: 'gpu-check',
    found: error?.message ?? `exit code ${status}`,
    remedy: `Debian and Ubuntu: \`apt install ${command === 'strip' ? 'binutils' : 'tar xz-utils'}\`.`,
  })
}

function copyIn(file: string, folder: string): void {
  const target = path.join(folder, path.relative(ROOT, file))
  mkdirSync(path.dirname(target), { recursive: true })
  copyFileSync(file, target)
}

function fill(folder: string): void {
  const node = path.join(folder, 'node')
  copyFileSync(process.execPath, node)
  chmodSync(node, 0o755)
  run('strip', [node])
  const { files, packages } = moduleFiles(ENTRIES)
  for (const file of [...files, path.join(ROOT, 'package.json')]) copyIn(file, folder)
  for (const data of DATA)
    for (const file of readdirSync(data, { withFileTypes: true }))
      if (file.isFile()) copyIn(path.join(data, file.name), folder)
  const isOtherPlatform = (file: string): boolean =>
    /\/webgpu\/dist\/[^/]+/.test(file) && !file.includes(`/webgpu/dist/${DAWN_PLATFORM}`)
  for (const source of packageFolders([...packages, 'webgpu'], MODULES))
    cpSync(source, path.join(folder, path.relative(ROOT, source)), {
      recursive: true,
      filter: (file) => !isOtherPlatform(file.replaceAll(path.sep, '/')),
    })
  if (putVulkanLibraries(path.join(folder, 'libraries')) === 0)
    process.stderr.write('Without Vulkan’s loader: the machine must have libvulkan.so.1 itself.\n')
}

try {
  const folder = mkdtempSync(path.join(tmpdir(), 'gpu-check-'))
  try {
    fill(folder)
    mkdirSync(out, { recursive: true })
    run('tar', ['-cJf', path.join(out, ARCHIVE), '-C', folder, '.'], { env: { ...process.env, XZ_OPT: '-T0 -3' } })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  copyFileSync(path.join(import.meta.dirname, 'run.sh'), path.join(out, 'run.sh'))
  const bytes = statSync(path.join(out, ARCHIVE)).size
  if (bytes > MOST_BYTES)
    throw new LabError('file', 'The pack is too large.', {
      where: path.join(out, ARCHIVE),
      expected: `at most ${MOST_BYTES / 2 ** 20} MiB`,
      found: `${(bytes / 2 ** 20).toFixed(1)} MiB`,
    })
  process.stdout.write(
    [
      `${(bytes / 2 ** 20).toFixed(1)} MiB in ${path.relative(process.cwd(), out) || '.'}. Copy that folder to the machine, and run there:`,
      '',
      '    sh gpu-check/run.sh            # everything, at most eight minutes; --quick takes two',
      '',
      'Results come one by one into $OUT, or the folder where it is run: gpu-check.jsonl, and gpu-check.md at the end.',
      '',
    ].join('\n'),
  )
} catch (error) {
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`error [${error.code}]: ${error.message}\n`)
  process.exitCode = error.exitCode
}
