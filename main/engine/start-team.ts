/** The wasm engine's threads under Node: worker threads that end with the process. */
import type { ThreadSpeeds } from '../../shared/backends/wasm/run/thread-speeds.ts'
import { ThreadTeam } from '../../shared/backends/wasm/run/thread-team.ts'
import { startThread } from './start-thread.ts'
import { traceClock } from './trace-clock.ts'

/**
 * @param threads the caller's included
 * @param speeds what the team splits its work by, where it does not find out itself
 */
export function startTeam(threads: number, speeds?: ThreadSpeeds): ThreadTeam {
  return new ThreadTeam(
    threads,
    () => {
      const worker = startThread('wasm-thread')
      return {
        post: (message) => worker.postMessage(message),
        onMessage: (listener) => {
          worker.on('message', listener)
          worker.on('error', (error) => listener({ kind: 'failed', message: String(error) }))
          worker.unref() // after the listener, whose port would keep the process alive again
        },
        holdOpen: (waiting) => (waiting ? worker.ref() : worker.unref()),
      }
    },
    traceClock,
    speeds,
  )
}
