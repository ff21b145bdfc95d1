/**
 * The renderer (and the desktop's main process) built when they are missing or older than their sources: the repository's folder enters, the
 * folder of the result leaves. An installed lab has no sources and takes what is there. Building itself is vite's.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../shared/errors/errors.ts'

/** Beside the result: the digest of its sources. */
const STAMP = '.sources'
const MOST_ATTEMPTS = 5
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What is built, from which configuration, and what its result depends on. */
const TARGETS = {
  renderer: {
    config: 'renderer/vite.config.ts',
    modes: ['production'],
    sources: ['renderer', 'shared', 'package-lock.json'],
  },
  electron: {
    config: 'main/electron/vite.config.ts',
    modes: ['main', 'preload', 'gpu-preload'],
    sources: ['main', 'shared', 'package.json', 'package-lock.json'],
  },
} as const

export type BuildTarget = keyof typeof TARGETS

/** @returns the folder of the result. @throws LabError `internal` when it cannot be built */
export async function ensureBuilt(target: BuildTarget): Promise<string> {
  const folder = path.join(ROOT, 'dist', 'app', target)
  const { config, modes, sources } = TARGETS[target]
  if (!existsSync(path.join(ROOT, config))) return folder
  const digest = await digestOf(sources)
  if ((await stampOf(folder)) === digest) return folder
  // Aside and then put in its place whole: two labs may be started at once, and one may be killed on the way.
  const aside = `${folder}.${process.pid}`
  try {
    await Promise.all(modes.map((mode) => runVite(config, mode, aside)))
    await writeFile(path.join(aside, STAMP), digest)
    // Another lab may have built the same meanwhile, and be reading it.
    if ((await stampOf(folder)) !== digest) await putInPlace(aside, folder)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  return folder
}

/** What the folder was built from; empty for none. */
const stampOf = (folder: string): Promise<string> => readFile(path.join(folder, STAMP), 'utf8').catch(() => '')

/** The old one is moved away before it is deleted: there is no time in which files go missing one by one. */
async function putInPlace(built: string, folder: string): Promise<void> {
  const old = `${built}.old`
  for (let attempt = 1; ; attempt++) {
    if (existsSync(folder)) await rename(folder, old)
    try {
      await rename(built, folder)
      return
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error // another lab put its own there in between
    } finally {
      await rm(old, { recursive: true, force: true })
    }
  }
}

/** Of names and contents: times say little after a checkout. */
async function digestOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(process.versions.node)
  for (const file of (await Promise.all(sources.map(listFiles))).flat().sort())
    hash
      .update(file)
      .update('\0')
      .update(await readFile(path.join(ROOT, file)))
      .update('\0')
  return hash.digest('hex')
}

async function listFiles(source: string): Promise<string[]> {
  if (path.extname(source) !== '') return [source]
  const entries = await readdir(path.join(ROOT, source), { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
}

function runVite(config: string, mode: string, outDir: string): Promise<void> {
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const child = spawn(
    process.execPath,
    [vite, 'build', '--config', config, '--mode', mode, '--outDir', outDir, '--logLevel', 'warn'],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString())).on('error', reject)
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else
        reject(
          new LabError('internal', 'the screens cannot be built.', {
            where: config,
            found: said.trim().slice(-2000),
            remedy: 'Run `npm ci` again.',
          }),
        )
    })
  })
}
