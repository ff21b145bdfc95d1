/**
 * What a set-up needs of this machine, looked for before anything is fetched: a flavour enters, the programs that were found leave, or one
 * error with a plain word on everything that is missing and how to get it.
 */
import { mkdir } from 'node:fs/promises'
import process from 'node:process'
import { LabError } from '../../../shared/errors/errors.ts'
import type { TensorflowFlavour, TensorflowLack } from '../../../shared/protocol/tensorflow.ts'
import { TENSORFLOW_PACKAGE } from '../../engine/tensorflow/installation.ts'
import { explainFolderError } from './folder-errors.ts'
import { neededBytes, PACKAGE_VERSION } from './recipe.ts'
import { runTool, type ToolResult } from './run-tool.ts'

export interface Tools {
  /** Python 3.8 or newer that has pip, or can make an environment that has. */
  readonly python: string
  readonly hasPip: boolean
  readonly compiler: string
  readonly npm: string
}

/** What is missing, as the end of a sentence, and what to do about it. */
export interface Lack {
  readonly id: TensorflowLack
  /** For the words of the screens. */
  readonly values?: Readonly<Record<string, string>>
  readonly what: string
  readonly remedy: string
}

const PROBE = `import importlib.util, json, shutil, sys
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({'isKnown': sys.version_info >= (3, 8), 'pip': has('pip'), 'venv': has('venv') and has('ensurepip'), 'free': shutil.disk_usage(sys.argv[1]).free}))`

interface PythonFacts {
  /** New enough for what is asked of it. */
  readonly isKnown: boolean
  readonly pip: boolean
  readonly venv: boolean
  /** Bytes on the disk of the cache folder. */
  readonly free: number
}

const GB = 1e9

/**
 * @param folder into which it will be set up
 * @param presentBytes of it that an earlier, cancelled set-up has left there
 * @throws LabError `setup` with all that is missing
 */
export async function findTools(
  flavour: TensorflowFlavour,
  folder: string,
  presentBytes: number,
  signal: AbortSignal,
): Promise<Tools> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw explainFolderError(error, folder)
  })
  const lacks: Lack[] = []
  const [python, compiler, npm] = await Promise.all([
    findPython(folder, signal),
    findCompiler(signal),
    findProgram(['npm'], ['--version'], signal),
  ])
  const platform = platformLack()
  if (platform !== null) lacks.push(platform)
  if (python === null) lacks.push(PYTHON_LACK)
  else {
    if (!python.facts.pip && !python.facts.venv) lacks.push(PIP_LACK)
    const needed = Math.max(0, neededBytes(flavour) - presentBytes)
    if (python.facts.free < needed) lacks.push(spaceLack(folder, needed, python.facts.free))
  }
  if (compiler === null) lacks.push(COMPILER_LACK)
  if (npm === null) lacks.push(NPM_LACK)
  else {
    const network = await networkLack(npm, signal)
    if (network !== null) lacks.push(network)
  }
  if (lacks.length > 0 || python === null || compiler === null || npm === null) throw explainLacks(lacks)
  return { python: python.program, hasPip: python.facts.pip, compiler, npm }
}

export function explainLacks(lacks: readonly Lack[]): LabError {
  return new LabError('setup', 'TensorFlow cannot be set up on this machine as it is.', {
    where: 'tensorflow',
    found: lacks.map(({ what }) => what).join('; '),
    remedy: lacks.map(({ remedy }) => remedy).join(' '),
    fault: {
      id: 'setupLacks',
      values: Object.assign({ lacks: lacks.map(({ id }) => id).join(',') }, ...lacks.map(({ values }) => values)),
    },
  })
}

const PYTHON_LACK: Lack = {
  id: 'python',
  what: 'no Python 3.8 or newer, which fetches and unpacks the library',
  remedy: 'Install it: on Debian and Ubuntu `apt install python3 python3-venv`, on Fedora `dnf install python3`.',
}
const PIP_LACK: Lack = {
  id: 'pip',
  what: 'a Python without pip and without venv',
  remedy: 'Install them: on Debian and Ubuntu `apt install python3-venv`, on Fedora `dnf install python3-pip`.',
}
const COMPILER_LACK: Lack = {
  id: 'compiler',
  what: 'no C++ compiler',
  remedy: 'Install one: on Debian and Ubuntu `apt install g++`, on Fedora `dnf install gcc-c++`.',
}
const NPM_LACK: Lack = {
  id: 'npm',
  what: 'no npm',
  remedy: 'Install Node with npm, and see to it that `npm` is among the commands of your terminal.',
}

function spaceLack(folder: string, needed: number, free: number): Lack {
  const values = { free: (free / GB).toFixed(1), needed: (needed / GB).toFixed(1), folder }
  return {
    id: 'space',
    values,
    what: `${values.free} GB of space for ${folder}, and not the ${values.needed} GB that it takes for a while`,
    remedy: 'Make room there, or set XDG_CACHE_HOME to a folder on a larger disk.',
  }
}

/** The wheels whose library is used are of Linux on x86-64 with glibc. */
function platformLack(): Lack | null {
  const { glibcVersionRuntime } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header
  if (process.platform === 'linux' && process.arch === 'x64' && glibcVersionRuntime !== undefined) return null
  const system =
    process.platform === 'linux' && glibcVersionRuntime === undefined ? 'linux without glibc' : process.platform
  return {
    id: 'platform',
    values: { platform: `${system}, ${process.arch}` },
    what: `${system} on ${process.arch}, for which TensorFlow has no library that the lab could use`,
    remedy: 'It needs Linux on x86-64. Every other engine of the lab runs here: `lab devices` shows them.',
  }
}

async function findPython(
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly program: string; readonly facts: PythonFacts } | null> {
  for (const program of ['python3', 'python']) {
    const result = await tryTool(program, ['-c', PROBE, folder], signal)
    if (result?.exitCode !== 0) continue
    const facts = JSON.parse(result.output) as PythonFacts
    if (facts.isKnown) return { program, facts }
  }
  return null
}

function findCompiler(signal: AbortSignal): Promise<string | null> {
  const chosen = process.env.CXX
  return findProgram([...(chosen ? [chosen] : []), 'g++', 'clang++', 'c++'], ['--version'], signal)
}

async function findProgram(
  names: readonly string[],
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | null> {
  for (const name of names) if ((await tryTool(name, args, signal))?.exitCode === 0) return name
  return null
}

/** Asked of whichever registry the user has configured. */
async function networkLack(npm: string, signal: AbortSignal): Promise<Lack | null> {
  const asked = ['view', `${TENSORFLOW_PACKAGE}@${PACKAGE_VERSION}`, 'version', '--fetch-retries=1', '--prefer-offline']
  const result = await tryTool(npm, asked, signal)
  if (result?.exitCode === 0) return null
  const words = firstLine(result?.lastWords ?? '')
  return {
    id: 'network',
    values: { words },
    what: `a package registry that npm does not reach (${words})`,
    remedy: 'Connect to the network, or set `registry` and `proxy` as `npm config` takes them.',
  }
}

/** @returns null where there is no such program */
async function tryTool(program: string, args: readonly string[], signal: AbortSignal): Promise<ToolResult | null> {
  try {
    return await runTool(program, args, { signal })
  } catch (error) {
    if (error instanceof LabError) throw error
    return null
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.trim()
}
