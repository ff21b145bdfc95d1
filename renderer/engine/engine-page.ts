/**
 * The page of a window that nobody sees: for each port that the preload passes on, a worker that serves a backend over it. A worker that
 * cannot begin is told to the preload.
 */
import { EXECUTOR_FAILED, EXECUTOR_TASK } from '../../shared/protocol/desktop-bridge.ts'
import type { EngineWorkerTask } from './engine.worker.ts'

interface FromPreload {
  readonly kind: string
  readonly task: EngineWorkerTask
}

addEventListener('message', ({ source, data, ports }: MessageEvent<FromPreload>) => {
  if (source !== window || data.kind !== EXECUTOR_TASK) return
  const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('error', ({ message }) =>
    window.postMessage({ kind: EXECUTOR_FAILED, message: message || 'its script cannot be loaded' }, location.origin),
  )
  worker.postMessage(data.task, [...ports])
})
