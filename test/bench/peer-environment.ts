/**
 * The Python that peers and reference implementations run in: a private virtual environment in the user's cache folder, made on first use
 * with jax and torch, or whatever library is compared, and used as it is afterwards. Nothing of the system's Python changes; deleting the folder undoes it.
 */
import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { LabError } from '../../shared/errors/errors.ts'

/** PyTorch's documented index of builds without CUDA. */
const TORCH_CPU_INDEX = 'https://download.pytorch.org/whl/cpu'
/** The last lines of a failed command are what says why. */
const MESSAGE_LINES = 4

export const PEER_LIBRARIES = ['jax', 'torch'] as const
export type PeerLibrary = (typeof PEER_LIBRARIES)[number]

export function peerFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'warmup-lab', 'bench-peers')
}

/** As `preparePython`, with the libraries that are timed. */
export function preparePeers(progress: (line: string) => void): Promise<string> {
  return preparePython(PEER_LIBRARIES, '--peers', progress)
}

/**
 * Makes the environment, or what is missing of it.
 * @param libraries importable under the names that pip knows them by
 * @param asker the flag or command that wants it, for messages
 * @param progress takes a line before everything that takes long
 * @returns its Python
 * @throws LabError `backend` with what is missing and how to get it
 */
export async function preparePython(
  libraries: readonly string[],
  asker: string,
  progress: (line: string) => void,
): Promise<string> {
  const folder = peerFolder()
  const python =
    process.platform === 'win32' ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python')
  // Without pip it is what an interrupted first use has left.
  if (!(await run(python, ['-m', 'pip', '--version'])).ok) {
    progress(`making a virtual environment in ${folder}`)
    await mkdir(path.dirname(folder), { recursive: true })
    await createEnvironment(folder, asker)
  }
  for (const library of libraries) {
    if (await isInstalled(python, library)) continue
    progress(`installing ${library} there (minutes)`)
    await install(python, library, asker, progress)
  }
  return python
}

async function createEnvironment(folder: string, asker: string): Promise<void> {
  const made = await run('python3', ['-m', 'venv', '--clear', folder])
  if (made.ok) return
  if (made.isMissing)
    throw new LabError('backend', 'There is no `python3` here.', {
      where: asker,
      remedy: `Install Python 3.11 or newer with its venv module, or leave out ${asker}.`,
    })
  const lacksVenv = /ensurepip|No module named '?venv/.test(made.output)
  throw new LabError('backend', 'Python could not make a virtual environment.', {
    where: asker,
    found: made.output,
    remedy: lacksVenv ? 'On Debian and Ubuntu: `apt install python3-venv`.' : `Look at ${folder}.`,
  })
}

async function isInstalled(python: string, library: string): Promise<boolean> {
  const code = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${library}") is None)`
  return (await run(python, ['-c', code])).ok
}

async function install(
  python: string,
  library: string,
  asker: string,
  progress: (line: string) => void,
): Promise<void> {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  if (library === 'torch') {
    const small = await run(python, [
      ...pip,
      '--retries',
      '0',
      '--timeout',
      '15',
      '--index-url',
      TORCH_CPU_INDEX,
      library,
    ])
    if (small.ok) return
    progress("PyTorch's index of CPU builds cannot be used; the default build may bring 5 GB of CUDA libraries along")
  }
  const installed = await run(python, [...pip, library])
  if (!installed.ok)
    throw new LabError('backend', `pip could not install ${library}.`, {
      where: asker,
      found: installed.output,
      remedy: `Check the network and pip’s settings, or leave out ${asker}.`,
    })
}

interface Outcome {
  readonly ok: boolean
  /** The command itself does not exist. */
  readonly isMissing: boolean
  /** The last lines it printed. */
  readonly output: string
}

function run(command: string, commandArguments: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, commandArguments, { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    const collect = (chunk: string): void => {
      text += chunk
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ ok: false, isMissing: error.code === 'ENOENT', output: error.message }),
    )
    child.once('close', (code) =>
      resolve({ ok: code === 0, isMissing: false, output: text.trim().split('\n').slice(-MESSAGE_LINES).join('\n') }),
    )
  })
}
