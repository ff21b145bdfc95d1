/** Where each kind of executor lives under Electron: graphics in a window's worker, everything else in a utility process. */
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import type { ExecutorRequest } from '../../engine/executor/executor-request.ts'
import { openGpuWindow } from './gpu-window.ts'
import { startUtilityExecutor } from './utility-executor.ts'

/** @param folder of the bundle */
export async function openElectronExecutor(folder: string, request: ExecutorRequest): Promise<RemotePort> {
  return request.backend === 'webgpu' ? openGpuWindow(folder, request) : startUtilityExecutor(folder, request)
}
