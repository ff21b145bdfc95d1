/** What the tests of datasets share: sources without files, archives and texts made by hand, and an error's text. */
import type { DatasetSources, SplitOptions } from '../../../shared/datasets/options.ts'
import type { Tensor } from '../../../shared/numerics/dims.ts'
import { writeNpz } from '../../../shared/numerics/npz.ts'
import { LabError } from '../../../shared/errors/errors.ts'

export function text(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

export function tensor(shape: number[], values: ArrayLike<number>): Tensor {
  return { shape, data: Float64Array.from(values) }
}

/** An NPZ of float64 arrays. */
export function npz(arrays: Record<string, Tensor>): Uint8Array {
  return writeNpz(Object.entries(arrays))
}

/** Sources that hold one file, whatever its path. */
export function sourcesOf(bytes: Uint8Array): DatasetSources {
  return {
    mnist: () => {
      throw new Error('MNIST was asked for')
    },
    file: () => bytes,
  }
}

export const noSources: DatasetSources = {
  mnist: () => {
    throw new Error('MNIST was asked for')
  },
  file: () => {
    throw new Error('a file was asked for')
  },
}

/** A split whose draws are those of each seed of a run. */
export function splitOf(validation: number, test: number): SplitOptions {
  return { validation, test, seed: null, group: null, given: null }
}

/** The LabError that an act throws. */
export function labErrorOf(act: () => unknown): LabError {
  try {
    act()
  } catch (error) {
    if (error instanceof LabError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

export function range(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}
