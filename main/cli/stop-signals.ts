/**
 * Ctrl-C, SIGTERM and a terminal that is closed: the first asks what runs to save, a second one ends the process at once. Belongs on a thread
 * that is never busy; how the work hears of the wish is the caller's.
 */
import { write } from 'node:fs'
import process from 'node:process'

const EXIT_INTERRUPTED = 130
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type StopSignal = (typeof SIGNALS)[number]

export interface StopListener {
  /** Whether there is something to save; if not, the first signal ends the process. */
  canSave(): boolean
  save(): void
}

/** @returns stops listening */
export function listenForStops(listener: StopListener): () => void {
  let isAsked = false
  const onSignal = (signal: StopSignal): void => {
    if (!isAsked && !listener.canSave()) endAtOnce(signal)
    // A terminal that closes tells its processes twice, the shell and the system: no sign of impatience.
    if (isAsked && signal !== 'SIGHUP') endAtOnce('SIGINT')
    if (isAsked) return
    isAsked = true
    // A second signal that came with the first is heard before anything is saved.
    setImmediate(() => listener.save())
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

export function tellSaving(): void {
  // Not waited for: who reads standard error may have stopped.
  write(2, 'Saving; press Ctrl-C again to stop at once.\n', () => undefined)
}

/** By the system's own hand: `process.exit` would wait for threads that compute. */
function endAtOnce(signal: StopSignal): never {
  if (process.platform !== 'win32') {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  process.exit(EXIT_INTERRUPTED) // where the system spares the first process of a container
}
