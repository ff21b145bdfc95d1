/** A thread that looks for an adapter and says whether it found one. */
import { parentPort } from 'node:worker_threads'
import { openTestGpu } from './adapter.ts'

const adapter = await (await openTestGpu()).requestAdapter()
parentPort!.postMessage({ hasAdapter: adapter !== null })
