/** What a training step will take of memory, worked out before anything is allocated. */
import { LabError } from '../errors/errors.ts'

/** The sizes that decide. */
export interface MemoryRequest {
  /** T */
  readonly steps: number
  /** B */
  readonly batch: number
  readonly replicas: number
}

export interface MemoryItem {
  readonly what:
    | 'library and programs'
    | 'parameters, gradients and moments'
    | 'packed weights and their gradients'
    | 'inputs'
    | 'states of every step'
    | 'values saved for the way back'
    | 'adjoints of inputs'
    | 'work space'
  readonly bytes: number
}

export interface MemoryPlan {
  readonly items: readonly MemoryItem[]
  readonly totalBytes: number
  /** What the backend may take. */
  readonly boundBytes: number
  /** Replicas whose passes run side by side, each with buffers of its own. */
  readonly sideBySide: number
  /** Whether values that the way back needs are kept for all steps; if not, they are computed again, a segment of steps at a time. */
  readonly keepsValues: boolean
}

export const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20)

/** @throws LabError `backend` when even the smaller way does not fit */
export function requireRoom(plan: MemoryPlan, { steps, batch }: MemoryRequest): void {
  if (plan.totalBytes <= plan.boundBytes) return
  throw new LabError('backend', 'A training step does not fit into the memory that the engine may take.', {
    where: `${steps} steps of ${batch} series`,
    expected: `at most ${mebibytes(plan.boundBytes)} MiB`,
    found: `${mebibytes(plan.totalBytes)} MiB, of which ${[...plan.items]
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, 2)
      .map(({ what, bytes }) => `${mebibytes(bytes)} MiB ${what}`)
      .join(' and ')}`,
    remedy: 'Use a smaller batch or shorter series, or allow more with --memory (the wasm engine reaches 4 GiB).',
  })
}
