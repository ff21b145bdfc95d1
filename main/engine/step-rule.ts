/**
 * A rule of thumb for the time of a training step that nobody has measured: the sizes of a design enter, milliseconds leave. Only good enough
 * to tell a processor's design from a graphics processor's; its figures are those of the lab's bench (2 threads at 60 GFLOP/s together, an
 * H100's recurrence of 12 µs a step and direction, products at 10 TFLOP/s).
 */
import type { MemoryRequest } from '../../shared/backends/memory-plan.ts'
import type { Network } from '../../shared/networks/network.ts'

const PROCESSOR_FLOPS_A_THREAD = 30e9
/** Whatever the width: a step of a recurrence waits for the one before it. */
const GPU_MS_A_STEP = 2 * 0.0125
const GPU_FLOPS = 10e12
/** Submitting and reading back. */
const GPU_MS_AT_LEAST = 1

/** Products only: six operations a weight, series and step, two forward and four backward. */
export function stepFlops({ parameters }: Network, { steps, batch, replicas }: MemoryRequest): number {
  const weights = parameters
    .filter(({ part, shape }) => part !== null && shape.length === 2)
    .reduce((sum, { shape }) => sum + shape[0]! * shape[1]!, 0)
  return 6 * weights * steps * batch * replicas
}

export function processorStepMs(network: Network, request: MemoryRequest, threads: number): number {
  return (stepFlops(network, request) / (PROCESSOR_FLOPS_A_THREAD * threads)) * 1e3
}

export function gpuStepMs(network: Network, request: MemoryRequest): number {
  const recurrence = network.layers.length * request.steps * GPU_MS_A_STEP
  return GPU_MS_AT_LEAST + recurrence + (stepFlops(network, request) / GPU_FLOPS) * 1e3
}
