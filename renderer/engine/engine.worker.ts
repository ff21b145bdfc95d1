/**
 * The executor in a browser's worker: the name of a backend with what it may use, and a port enter, and the backend is served over it. The same engine as everywhere;
 * only the graphics processor is the browser's.
 */
import type { Backend } from '../../shared/backends/backend.ts'
import { serveBackend } from '../../shared/backends/remote/serve-backend.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { overBrowserPort } from './browser-port.ts'

export interface EngineWorkerTask {
  readonly backend: string
  readonly options?: { readonly isMemorySet?: boolean; readonly memoryBytes?: number }
}

addEventListener('message', ({ data, ports: [port] }: MessageEvent<EngineWorkerTask>) => {
  if (port !== undefined) serveBackend(overBrowserPort(port), load(data))
})

async function load({ backend, options = {} }: EngineWorkerTask): Promise<Backend> {
  switch (backend) {
    case 'reference':
      return (await import('../../shared/backends/reference/reference-backend.ts')).referenceBackend
    case 'webgpu':
      return (await import('./webgpu-of-browser.ts')).loadWebGpu(options.isMemorySet ? options.memoryBytes : null)
    default:
      throw new LabError('backend', 'The window of engines has no backend of this name.', {
        expected: 'webgpu or reference',
        found: backend,
      })
  }
}
