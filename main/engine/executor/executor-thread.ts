/**
 * The thread of an executor's process that computes: what it serves is its task, calls come and answers go over its own port. A call into a native library
 * may hold it up for minutes; the process hears its parent all the while.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { serveBackend } from '../../../shared/backends/remote/serve-backend.ts'
import { loadBackend } from '../load-backend.ts'
import type { ExecutorRequest } from './executor-request.ts'
import { becomeExecutor } from './executor-role.ts'
import { overMessagePort } from './message-port.ts'

becomeExecutor()
const { backend, options } = workerData as ExecutorRequest
serveBackend(overMessagePort(parentPort!), loadBackend(backend, options))
