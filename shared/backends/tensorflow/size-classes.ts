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

/** [T, rest...] with zeros behind, so that there is room. @param stepSize entries of a step */
export function padSteps<Data extends Float32Array | Uint8Array>(data: Data, stepSize: number, room: number): Data {
  if (data.length === room * stepSize) return data
  const padded = new (data.constructor as new (length: number) => Data)(room * stepSize)
  padded.set(data)
  return padded
}
