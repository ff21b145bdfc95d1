/** How rows of floats are padded in linear memory, so that vectors fill them and neighbours do not share the same few sets of the cache. */
import type { Dim } from '../../../compiler/ir.ts'

export const padTo = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple

const CACHE_LINE_FLOATS = 16
/** A value of dimension 1 is kept in as many equal floats as make a vector: no kernel must spread it. */
export const NUMBER_FLOATS = 4

/**
 * Floats from one row to the next for rows of `size`: an odd number of cache lines once there are several, as rows that are a power of
 * two apart would all fall into the same few sets of the cache.
 */
export function rowFloats(size: number): number {
  if (size < 4 * CACHE_LINE_FLOATS) return padTo(size, 4)
  const lines = Math.ceil(size / CACHE_LINE_FLOATS)
  return (lines % 2 === 0 ? lines + 1 : lines) * CACHE_LINE_FLOATS
}

/** Floats of a value of each dimension. */
export const paddedSizes = (sizes: Readonly<Record<Dim, number>>): Readonly<Record<Dim, number>> => ({
  I: padTo(sizes.I, 4),
  H: padTo(sizes.H, 4),
  1: NUMBER_FLOATS,
})
