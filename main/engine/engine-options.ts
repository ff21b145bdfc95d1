/**
 * What the engines may use of the machine: flags and environment variables enter, once, where a process or a command begins; the options
 * then travel with every call and in every thread's task. A matter of the machine, not of the experiment: results do not depend on them.
 */
import os from 'node:os'
import { DEFAULT_MEMORY_BYTES } from '../../shared/backends/wasm/wasm-backend.ts'
import { MAX_THREADS } from '../../shared/backends/wasm/run/thread-team.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { cacheFolder } from '../store/home.ts'

export interface EngineOptions {
  /** Of the processor's engines. */
  readonly threads: number
  /** What an engine on the processor may take. */
  readonly memoryBytes: number
  /** A device of `lab devices` by its id or a part of its name; null: the engine's best. */
  readonly adapter: string | null
  /** Where what was measured or built for this machine is kept. */
  readonly cacheFolder: string
  /** Whether the user has said it, or it is as the machine has it. */
  readonly areThreadsSet: boolean
  readonly isMemorySet: boolean
}

/** By the names of their flags. */
const VARIABLES = { threads: 'WARMUP_LAB_THREADS', memory: 'WARMUP_LAB_MEMORY', adapter: 'WARMUP_LAB_ADAPTER' } as const

type Option = keyof typeof VARIABLES
/** As the command line hands them over, other flags among them. */
type Flags = Readonly<Record<string, unknown>>

/** @throws LabError `usage` for a number of threads or an amount of memory that is none */
export function readEngineOptions(flags: Flags = {}, environment: NodeJS.ProcessEnv = process.env): EngineOptions {
  const given = (option: Option): string | null => {
    const flag = flags[option]
    return typeof flag === 'string' ? flag : environment[VARIABLES[option]] || null
  }
  const threads = given('threads')
  const memory = given('memory')
  return {
    threads: threads === null ? Math.min(coreCount(), MAX_THREADS) : readThreads(threads),
    memoryBytes: memory === null ? DEFAULT_MEMORY_BYTES : readMemory(memory),
    adapter: given('adapter'),
    cacheFolder: cacheFolder(environment),
    areThreadsSet: threads !== null,
    isMemorySet: memory !== null,
  }
}

/** For a process of its own: what `readEngineOptions` finds there. */
export function engineEnvironment(flags: Flags): Record<string, string> {
  return Object.fromEntries(
    (Object.keys(VARIABLES) as Option[]).flatMap((option) => {
      const flag = flags[option]
      return typeof flag === 'string' ? [[VARIABLES[option], flag]] : []
    }),
  )
}

function readThreads(given: string): number {
  const threads = Number(given)
  if (Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS) return threads
  throw new LabError('usage', 'The number of threads cannot be used.', {
    where: `--threads or ${VARIABLES.threads}`,
    expected: `a whole number from 1 to ${MAX_THREADS}`,
    found: given,
    remedy: 'Leave it out to use every core.',
  })
}

const UNITS: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, MIB: 2 ** 20, GIB: 2 ** 30 }
/** All that 32-bit addresses reach. */
const MOST_BYTES = 2 ** 32

function readMemory(given: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([MG]i?B)\s*$/i.exec(given) ?? []
  const bytes = Number(number) * (UNITS[unit?.toUpperCase() ?? ''] ?? NaN)
  if (bytes >= 1e6 && bytes <= MOST_BYTES) return bytes
  throw new LabError('usage', 'The amount of memory cannot be used.', {
    where: `--memory or ${VARIABLES.memory}`,
    expected: 'an amount from 1MB to 4GiB, such as 800MB or 2GiB',
    found: given,
    remedy: 'Leave it out for 1.5 GiB.',
  })
}

/** Electron 22 runs Node 16, which cannot tell what this process may use of the machine's cores. */
function coreCount(): number {
  return typeof os.availableParallelism === 'function' ? os.availableParallelism() : os.cpus().length
}
