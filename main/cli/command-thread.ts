/** The worker thread of a command that trains: a command and its arguments enter, it is carried out, and its exit code is the thread's. */
import { workerData } from 'node:worker_threads'
import { finishCommand } from './report.ts'
import type { ThreadedCommand, CommandTask } from './command-task.ts'

type Options = Readonly<Record<string, unknown>>

const COMMANDS = {
  run: async (file: string | undefined, options: Options) =>
    (await import('./commands/run.ts')).runCommand(file, options),
  resume: async (name: string, options: Options) => (await import('./commands/run.ts')).resumeCommand(name, options),
  fork: async (name: string, options: Options) => (await import('./commands/fork.ts')).forkCommand(name, options),
  sweep: async (file: string, options: Options) => (await import('./commands/sweep.ts')).sweepCommand(file, options),
} satisfies Record<ThreadedCommand, unknown>

const { command, args, json } = workerData as CommandTask
const carryOut = COMMANDS[command] as (...args: readonly unknown[]) => Promise<void>
await finishCommand(() => carryOut(...args), json)
