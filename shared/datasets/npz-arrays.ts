/**
 * The arrays of an NPZ by what they are for: an archive and the names that a configuration gives them enter; each array leaves when it is
 * asked for, or an error that names it. What an array must hold is series-from-npz.ts's.
 */
import type { FileOptions, NpzArrays } from './options.ts'
import type { NpyLabels } from '../numerics/npy.ts'
import { NpzArchive } from '../numerics/npz.ts'
import type { Tensor } from '../numerics/dims.ts'
import { LabError } from '../errors/errors.ts'

/** What an array is for. */
export type Role = keyof NpzArrays

/** What both a tensor and labels have. */
export type Shaped = Pick<Tensor, 'shape'>

export function describeShape({ shape }: Shaped): string {
  return `[${shape.join(', ')}]`
}

export class NamedArrays {
  readonly where: string
  readonly #archive: NpzArchive
  readonly #names: NpzArrays | null

  /** @param names null: the roles themselves, `lengths` and `mask` where they are there. @throws LabError `dataset` */
  constructor(bytes: Uint8Array, where: string, names: FileOptions['arrays']) {
    this.where = where
    this.#archive = new NpzArchive(bytes, where)
    this.#names = names
  }

  numbers(role: Role): Tensor {
    return this.#archive.numbers(this.#require(role))
  }

  labels(role: Role): NpyLabels {
    return this.#archive.labels(this.#require(role))
  }

  /** Where names are given, a name that is given must be there. */
  optional(role: 'lengths' | 'mask'): Tensor | undefined {
    const name = this.#nameOf(role)
    if (name === null || (this.#names === null && !this.#archive.names.includes(name))) return undefined
    return this.numbers(role)
  }

  /** An array that no role has. @param field of the configuration that names it */
  labelsOf(name: string, field: string): NpyLabels {
    if (!this.#archive.names.includes(name))
      this.#failMissing(name, `\`${name}\` (\`${field}\`)`, 'Name an array of the file.')
    return this.#archive.labels(name)
  }

  fail(role: Role, message: string, expected: string, found: string, remedy: string): never {
    throw new LabError('dataset', message, {
      where: `${this.where}, array \`${this.#nameOf(role)}\``,
      expected,
      found,
      remedy,
    })
  }

  /** The array's name in the file. */
  #nameOf(role: Role): string | null {
    return this.#names === null ? role : this.#names[role]
  }

  #require(role: Role): string {
    const name = this.#nameOf(role)!
    if (this.#archive.names.includes(name)) return name
    if (this.#names === null)
      this.#failMissing(
        name,
        'arrays `inputs` and `targets`, and if needed `lengths` and `mask`',
        'Save with `numpy.savez(path, inputs=…, targets=…)`, or name its arrays in `dataset.arrays`.',
      )
    return this.#failMissing(name, `\`${name}\` (\`dataset.arrays.${role}\`)`, 'Name an array of the file.')
  }

  #failMissing(name: string, expected: string, remedy: string): never {
    throw new LabError('dataset', `the archive has no array \`${name}\`.`, {
      where: this.where,
      expected,
      found: this.#archive.names.map((key) => `\`${key}\``).join(', ') || 'none',
      remedy,
    })
  }
}
