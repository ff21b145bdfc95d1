/**
 * Sizes that graphs are compiled for: a program of XLA is made for one number of steps, which takes seconds, so that steps are rounded up to few sizes
 * and loops end where the series do. What a size is rounded to depends on nothing else, and with it no bit of a result.
 */

/** Sizes between two powers of two: at most an eighth is room that is not used. */
const SIZES_AN_OCTAVE = 8

/** The steps that there is room for in the program that `steps` steps run in. @param steps 0 or more */
export function roomFor(steps: number): number {
  if (steps <= SIZES_AN_OCTAVE) return Math.max(steps, 1)
  const grain = 2 ** Math.floor(Math.log2(steps - 1)) / SIZES_AN_OCTAVE
  return Math.ceil(steps / grain) * grain
}

/** Convergence steps are drawn anew for every step of a warm-up: few sizes, of which the smallest is seldom passed. */
const LEAST_CONVERGENCE_ROOM = 64

/** As roomFor, for M steps under a constant input. */
export function roomForConvergence(steps: number): number {
  return Math.max(LEAST_CONVERGENCE_ROOM, 2 ** Math.ceil(Math.log2(Math.max(steps, 1))))
}

/** [T, rest...] with zeros behind, so that there is room. @param stepSize entries of a step */
export function padSteps<Data extends Float32Array | Uint8Array>(data: Data, stepSize: number, room: number): Data {
  if (data.length === room * stepSize) return data
  const padded = new (data.constructor as new (length: number) => Data)(room * stepSize)
  padded.set(data)
  return padded
}

/** Products of so many rows at least are made in one way whatever the batch: those of a single row sum in another order. */
const ROWS_TOGETHER = 16

/** The rows that a measurement is made with, so that no bit of a series depends on which others are measured beside it. */
export const rowsFor = (batch: number): number => Math.ceil(batch / ROWS_TOGETHER) * ROWS_TOGETHER

/** [T, B, width] with rows of zeros behind those of every step. */
export function padSeries<Data extends Float32Array | Uint8Array>(
  data: Data,
  {
    steps,
    batch,
    rows,
    width,
  }: { readonly steps: number; readonly batch: number; readonly rows: number; readonly width: number },
): Data {
  if (rows === batch) return data
  const padded = new (data.constructor as new (length: number) => Data)(steps * rows * width)
  for (let t = 0; t < steps; t++)
    padded.set(data.subarray(t * batch * width, (t + 1) * batch * width), t * rows * width)
  return padded
}
