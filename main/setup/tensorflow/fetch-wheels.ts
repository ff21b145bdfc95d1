/** TensorFlow's wheels, fetched one by one with pip from whichever index it is configured for. A wheel that has come whole is not fetched again. */
import { access, mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { downloadBytes, WHEELS } from './recipe.ts'
import { runToEnd } from './run-tool.ts'
import type { StepWork } from './step-work.ts'
import { bytesUnder } from './staging.ts'

/** In the folder of a set-up. */
export const WHEELS_FOLDER = 'wheels'
/** Where pip writes what is on its way: its bytes can be counted there. */
const ARRIVING_FOLDER = 'arriving'
const VENV_FOLDER = 'venv'
const COUNT_EVERY_MS = 500

const PIP_REMEDY = 'Try again; `pip config list` shows which index and proxy pip uses.'
const VENV_REMEDY = 'On Debian and Ubuntu `apt install python3-venv` brings what it needs.'

/** The library in a wheel is the same for every Python: which one runs pip here does not matter. */
const PLATFORM = [
  ...['--implementation', 'cp', '--python-version', '3.12'],
  ...['cp312', 'abi3', 'none'].flatMap((abi) => ['--abi', abi]),
  ...['manylinux_2_27', 'manylinux_2_18', 'manylinux2014'].flatMap((tag) => ['--platform', `${tag}_x86_64`]),
]

export async function fetchWheels(work: StepWork): Promise<void> {
  const { flavour, staging, tools, signal, count } = work
  const arriving = path.join(staging, ARRIVING_FOLDER)
  await rm(arriving, { recursive: true, force: true })
  await mkdir(arriving, { recursive: true })
  const python = tools.hasPip ? tools.python : await makeEnvironment(work)
  const total = downloadBytes(flavour)
  let done = 0
  for (const [index, wheel] of WHEELS[flavour].entries()) {
    const place = wheelFolder(staging, index)
    if (!(await isThere(place))) {
      const stopCounting = countArriving(arriving, (bytes) => count(done + Math.min(bytes, wheel.downloadBytes), total))
      try {
        const destination = path.join(arriving, 'whole')
        await runToEnd(
          `To fetch ${wheel.requirement} with pip`,
          PIP_REMEDY,
          python,
          [...PIP_DOWNLOAD, '--dest', destination, wheel.requirement],
          { folder: staging, signal, environment: { TMPDIR: arriving } },
        )
        await mkdir(path.dirname(place), { recursive: true })
        await rename(destination, place)
      } finally {
        await stopCounting()
      }
    }
    done += wheel.downloadBytes
    count(done, total)
  }
  await rm(arriving, { recursive: true, force: true })
}

const PIP_DOWNLOAD = [
  ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...PLATFORM],
  // What is fetched is kept here until it is unpacked: pip needs no copy of its own.
  ...['--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off', '--retries', '2'],
]

/** Of one of the recipe's wheels. */
export function wheelFolder(staging: string, index: number): string {
  return path.join(staging, WHEELS_FOLDER, String(index))
}

/** @returns its Python, which has pip */
async function makeEnvironment({ staging, tools, signal }: StepWork): Promise<string> {
  const folder = path.join(staging, ARRIVING_FOLDER, VENV_FOLDER)
  await runToEnd('To make an environment of Python', VENV_REMEDY, tools.python, ['-m', 'venv', folder], { signal })
  return path.join(folder, 'bin', 'python')
}

/** @returns stops it, and waits until it has stopped */
function countArriving(folder: string, tell: (bytes: number) => void): () => Promise<void> {
  let counting = Promise.resolve()
  const timer = setInterval(() => {
    counting = counting.then(async () => tell(await bytesUnder(folder)))
  }, COUNT_EVERY_MS)
  return () => {
    clearInterval(timer)
    return counting
  }
}

function isThere(place: string): Promise<boolean> {
  return access(place).then(
    () => true,
    () => false,
  )
}
