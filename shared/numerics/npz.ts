/**
 * NumPy's archive: the bytes of an `.npz` enter and its arrays leave as they are asked for by name, or named tensors enter and an
 * archive leaves that `numpy.load` opens. One array's bytes are npy.ts's; which names an archive must hold is the caller's.
 */
import { strToU8, unzipSync, zipSync, type UnzipFileFilter } from 'fflate'
import { LabError } from '../errors/errors.ts'
import { elementCount, type Tensor } from './dims.ts'
import { outlineNpy, readNpy, readNpyLabels, writeNpy, type NpyLabels, type NpyOutline } from './npy.ts'
import { crc32, LONGEST_COMMENT, statedChecksums } from './zip-checksums.ts'

const EXTENSION = '.npy'
/** More than this, unpacked, is refused: a small archive may claim to hold any size. */
const LARGEST_ARRAY_BYTES = 2 ** 31
/** The earliest date that a zip can hold, so that equal tensors make equal bytes. */
const FIXED_DATE = '1980-01-01T00:00:00'
const REMEDY = 'Save it again with `numpy.savez`.'

/** An archive, compressed or stored, of which only those arrays are unpacked that are asked for. */
export class NpzArchive {
  /** Of its arrays, without `.npy`, in the archive's order. */
  readonly names: readonly string[]
  readonly #bytes: Uint8Array
  readonly #where: string
  readonly #sizes = new Map<string, number>()
  readonly #checksums: ReadonlyMap<string, number>

  /**
   * @param where the file's name, for messages
   * @throws LabError `dataset` for an empty, cut-off or other file
   */
  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = bytes
    this.#where = where
    if (bytes.length === 0)
      throw new LabError('dataset', 'the file is empty.', { where, expected: 'an NPZ archive', remedy: REMEDY })
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b)
      throw new LabError('dataset', 'this is not an NPZ archive.', {
        where,
        expected: 'a zip file, which starts with PK',
        found: 'other bytes',
        remedy: REMEDY,
      })
    this.#unzip(({ name, originalSize }) => {
      if (name.endsWith(EXTENSION)) this.#sizes.set(name.slice(0, -EXTENSION.length), originalSize)
      return false
    })
    this.names = [...this.#sizes.keys()]
    this.#checksums = statedChecksums(bytes)
  }

  /** Of an array of any type. @param count elements at its start that are shown, at most. @throws LabError `dataset` for a damaged one */
  outline(name: string, count: number): NpyOutline {
    return outlineNpy(this.#unpack(name), this.#whereOf(name), count)
  }

  /** @throws LabError `dataset` for an array that cannot be read, or not as numbers */
  numbers(name: string): Tensor {
    return readNpy(this.#unpack(name), this.#whereOf(name))
  }

  /** @throws LabError `dataset` for an array that cannot be read */
  labels(name: string): NpyLabels {
    return readNpyLabels(this.#unpack(name), this.#whereOf(name))
  }

  #whereOf(name: string): string {
    return `${this.#where}, array \`${name}\``
  }

  #unpack(name: string): Uint8Array {
    const entry = `${name}${EXTENSION}`
    const size = this.#sizes.get(name)
    if (size === undefined)
      throw new LabError('internal', 'the archive has no such array.', { where: this.#whereOf(name) })
    if (size > LARGEST_ARRAY_BYTES) throw this.#notUnpacked(`${size} bytes`)
    const content = this.#unzip((file) => file.name === entry)[entry]!
    if (content.length !== size || crc32(content) !== (this.#checksums.get(entry) ?? crc32(content)))
      throw new LabError('dataset', `\`${entry}\` of the archive is damaged.`, {
        where: this.#where,
        expected: `${size} bytes of the checksum that the archive states`,
        found: `${content.length} other bytes`,
        remedy: REMEDY,
      })
    return content
  }

  #unzip(filter: UnzipFileFilter): Record<string, Uint8Array> {
    try {
      return unzipSync(this.#bytes, { filter })
    } catch (cause) {
      throw this.#notUnpacked(cause instanceof Error ? cause.message : String(cause), cause)
    }
  }

  #notUnpacked(found: string, cause?: unknown): LabError {
    return new LabError('dataset', 'the archive cannot be unpacked.', {
      where: this.#where,
      expected: 'a whole NPZ archive, each array of at most 2 GiB',
      found,
      remedy: 'The file is cut off or damaged. ' + REMEDY,
      cause,
    })
  }
}

/**
 * Writes an archive that `numpy.load` opens: arrays stored uncompressed, as trained weights do not compress.
 * @param tensors by name; float32 and float64 keep their precision
 * @param metadata told as JSON in the comment of the archive, which `zipfile.ZipFile(path).comment` reads and NumPy passes over; what does
 * not fit into 64 KB is left out, the last ones first
 * @returns the archive's bytes, the same for the same tensors
 * @throws LabError `internal` when a tensor does not fill its shape
 */
export function writeNpz(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const files: Record<string, Uint8Array> = {}
  for (const [name, tensor] of tensors) {
    if (tensor.data.length !== elementCount(tensor.shape))
      throw new LabError('internal', 'a tensor does not fill its shape.', {
        where: name,
        expected: `${elementCount(tensor.shape)} elements for [${tensor.shape.join(', ')}]`,
        found: `${tensor.data.length}`,
      })
    files[`${name}${EXTENSION}`] = writeNpy(tensor)
  }
  return withComment(zipSync(files, { level: 0, mtime: FIXED_DATE }), metadata)
}

/** A zip ends with the length of its comment, which fflate writes as 0, and the comment. */
function withComment(zip: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(metadata)
  const encode = (): Uint8Array => strToU8(JSON.stringify(Object.fromEntries(entries)))
  let comment = encode()
  while (comment.length > LONGEST_COMMENT && entries.pop()) comment = encode()
  if (entries.length === 0) return zip
  const bytes = new Uint8Array(zip.length + comment.length)
  bytes.set(zip)
  bytes.set(comment, zip.length)
  new DataView(bytes.buffer).setUint16(zip.length - 2, comment.length, true)
  return bytes
}
