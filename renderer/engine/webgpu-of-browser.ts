/**
 * The webgpu backend on the browser's own WebGPU. The adapter is checked before its first engine is made, and not by whoever only asks for its name:
 * a driver that computes wrong is refused.
 */
import type { Backend } from '../../shared/backends/backend.ts'
import { createLastingBackend } from '../../shared/backends/webgpu/lasting-backend.ts'
import { requireRightResults } from '../../shared/backends/self-test.ts'
import { createWebGpuBackend } from '../../shared/backends/webgpu/webgpu-backend.ts'
import { LabError } from '../../shared/errors/errors.ts'

/**
 * @param memoryBytes what the user lets it take; default: what is taken of a device whose memory nobody has told
 * @throws LabError `backend` when there is no adapter; and when an engine is made, where it computes wrong
 */
export async function loadWebGpu(memoryBytes: number | null = null): Promise<Backend> {
  const gpu = requireGpu()
  const backend = await createLastingBackend(() =>
    createWebGpuBackend(gpu, { now: () => performance.now(), memoryBytes, measuresShapes: true }),
  )
  let check: Promise<void> | null = null
  const checkOnce = (): Promise<void> => {
    if (check !== null) return check
    const checking = backend.current().then(({ unmeasured }) => requireRightResults(unmeasured))
    checking.catch(() => (check = null)) // its device may have been lost
    return (check = checking)
  }
  return {
    ...backend,
    async createEngine(...asked) {
      await checkOnce()
      return backend.createEngine(...asked)
    },
  }
}

function requireGpu(): GPU {
  const { gpu } = navigator as { readonly gpu?: GPU }
  if (gpu !== undefined) return gpu
  throw new LabError('backend', 'This browser has no WebGPU.', {
    where: 'webgpu',
    expected: 'Chromium 113 or newer, or Electron 25 or newer',
    remedy: 'Run on `wasm`.',
  })
}
