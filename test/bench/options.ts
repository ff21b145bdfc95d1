/** The command line of the benchmark: arguments enter, options with defaults leave. */
import { parseArgs } from 'node:util'
import { LabError } from '../../shared/errors/errors.ts'
import { ALL_THREADS } from './engines.ts'

export interface BenchOptions {
  /** Names in the order given; all cases when empty. */
  readonly cases: readonly string[]
  readonly json: boolean
  readonly peers: boolean
  /** Whether a process of our own keeps one core busy all the time. */
  readonly busy: boolean
  readonly threads: number
  readonly rounds: number
  readonly out: string | null
  readonly trace: string | null
  readonly list: boolean
  readonly help: boolean
}

/** The fewest rounds that a published figure should have. */
const DEFAULT_ROUNDS = 7

export const USAGE = `usage: npm run bench -- [--case NAME]... [--peers] [--busy] [--threads N] [--rounds N] [--json] [--out FOLDER]

  --case NAME    only this case; repeatable (--list names them)
  --peers        also times jax and torch on the CPU, in a private virtual environment that is made on first use
  --busy         keeps one core busy with something else all the time, for all contestants
  --threads N    threads of our engine; default: all
  --rounds N     rounds in which all take turns; default: ${DEFAULT_ROUNDS}
  --json         one JSON object a case on stdout instead of the table
  --out FOLDER   writes bench.md and bench.json there
  --trace FILE   writes what the threads did in a few steps of each case of training, in Chrome's trace format
  --list         prints the names of the cases
`

/** @throws LabError `usage` */
export function readOptions(commandArguments: readonly string[]): BenchOptions {
  const values = parse(commandArguments)
  return {
    cases: values.case ?? [],
    json: values.json ?? false,
    peers: values.peers ?? false,
    busy: values.busy ?? false,
    threads: readCount('--threads', values.threads, ALL_THREADS),
    rounds: readCount('--rounds', values.rounds, DEFAULT_ROUNDS),
    out: values.out ?? null,
    trace: values.trace ?? null,
    list: values.list ?? false,
    help: values.help ?? false,
  }
}

function parse(commandArguments: readonly string[]) {
  try {
    return parseArgs({
      args: [...commandArguments],
      options: {
        case: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        peers: { type: 'boolean' },
        busy: { type: 'boolean' },
        threads: { type: 'string' },
        rounds: { type: 'string' },
        out: { type: 'string' },
        trace: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (cause) {
    throw new LabError('usage', (cause as Error).message, { cause, remedy: '`--help` lists the flags.' })
  }
}

function readCount(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new LabError('usage', 'This is no count.', { where: flag, expected: 'an integer >= 1', found: `\`${text}\`` })
  return value
}
