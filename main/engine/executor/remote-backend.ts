/** A backend in an executor of its own, as a thread loads it: its name and what it may use enter; it is started anew where it has died. */
import { openRemoteBackend, type RemoteBackend } from '../../../shared/backends/remote/remote-backend.ts'
import type { ExecutorRequest } from './executor-request.ts'
import { ALARM_CLOCK } from '../alarm-clock.ts'
import { openExecutor } from './open-executor.ts'

/** @throws LabError why no executor can be started, and what its backend throws */
export function loadRemoteBackend(request: ExecutorRequest): Promise<RemoteBackend> {
  return openRemoteBackend({ open: () => openExecutor(request), clock: ALARM_CLOCK, where: request.backend })
}
