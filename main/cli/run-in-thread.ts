/**
 * A command that trains, in a thread of its own, so that this one is free to hear Ctrl-C in every phase: its name and arguments enter, and its exit
 * code becomes that of the process. What it prints, it prints itself.
 */
import process from 'node:process'
import { startThread } from '../engine/start-thread.ts'
import type { CommandTask, ThreadedCommand } from './command-task.ts'
import { listenForStops, tellSaving } from './stop-signals.ts'
import { isTerminal } from './streams.ts'
import { WorkFlags } from './work-flags.ts'

/** @throws what ends the thread before the command */
export async function runInThread(command: ThreadedCommand, args: readonly unknown[]): Promise<void> {
  const flags = new WorkFlags()
  if (isTerminal) {
    const measure = (): void => void (flags.columns = process.stdout.columns)
    measure()
    process.stdout.on('resize', measure)
  }
  const task: CommandTask = { command, args, json: process.argv.includes('--json'), flags: flags.buffer }
  const worker = startThread('command-thread', task)
  const stopListening = listenForStops({
    canSave: () => flags.saves,
    save() {
      tellSaving()
      flags.askToSave()
    },
  })
  try {
    process.exitCode = await new Promise<number>((resolve, reject) => {
      worker.on('error', reject)
      worker.on('exit', resolve)
    })
  } finally {
    stopListening()
  }
}
