/** A member of the wasm engine's team as a Node worker thread. */
import { parentPort } from 'node:worker_threads'
import { traceClock } from './trace-clock.ts'
import { joinTeam } from '../../shared/backends/wasm/run/thread-team.ts'

joinTeam(
  {
    post: (message) => parentPort!.postMessage(message),
    onMessage: (listener) => parentPort!.on('message', listener),
  },
  traceClock,
)
