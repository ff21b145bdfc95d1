/**
 * NumPy's archive: the bytes of an `.npz` enter and its arrays by name leave, or named tensors enter and an archive
 * leaves that `numpy.load` opens. One array's bytes are npy.ts's; which names an archive must hold is the caller's.
 */
import { unzipSync, zipSync } from 'fflate'
import { LabError, type ErrorCode } from '../protocol/errors.ts'
import { elementCount, type Tensor } from './dims.ts'
import { readNpy, writeNpy, type NpyArray } from './npy.ts'
import { crc32, statedChecksums } from './zip-checksums.ts'

/** More than this, unpacked, is refused: a small archive may claim to hold any size. */
const LARGEST_ARCHIVE_BYTES = 2 ** 31
/** The earliest date that a zip can hold, so that equal tensors make equal bytes. */
const FIXED_DATE = '1980-01-01T00:00:00'
const REMEDY = 'Save it again with `numpy.savez`.'

/**
 * Reads every array of an archive, compressed or stored.
 * @param where the file's name, for messages
 * @param code the family of the errors: `dataset` or `weights`
 * @returns arrays by their names, without `.npy`, in the archive's order
 * @throws LabError `code` for an empty, cut-off or other file and for an array that cannot be read
 */
export function readNpz(bytes: Uint8Array, where: string, code: ErrorCode = 'dataset'): Map<string, NpyArray> {
  if (bytes.length === 0)
    throw new LabError(code, 'the file is empty.', { where, expected: 'an NPZ archive', remedy: REMEDY })
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b)
    throw new LabError(code, 'this is not an NPZ archive.', {
      where,
      expected: 'a zip file, which starts with PK',
      found: 'other bytes',
      remedy: REMEDY,
    })
  const arrays = new Map<string, NpyArray>()
  for (const [name, content] of Object.entries(unzip(bytes, where, code))) {
    const key = name.slice(0, -'.npy'.length)
    arrays.set(key, readNpy(content, `${where}, array \`${key}\``, code))
  }
  return arrays
}

function unzip(bytes: Uint8Array, where: string, code: ErrorCode): Record<string, Uint8Array> {
  const sizes = new Map<string, number>()
  let unpackedBytes = 0
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!name.endsWith('.npy')) return false
        unpackedBytes += originalSize
        if (unpackedBytes > LARGEST_ARCHIVE_BYTES) throw new RangeError('it unpacks to more than 2 GiB')
        sizes.set(name, originalSize)
        return true
      },
    })
  } catch (cause) {
    throw new LabError(code, 'the archive cannot be unpacked.', {
      where,
      expected: 'a whole NPZ archive of at most 2 GiB',
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'The file is cut off or damaged. ' + REMEDY,
      cause,
    })
  }
  const checksums = statedChecksums(bytes)
  for (const [name, content] of Object.entries(files)) {
    const damaged = content.length !== sizes.get(name) || crc32(content) !== (checksums.get(name) ?? crc32(content))
    if (damaged)
      throw new LabError(code, `\`${name}\` of the archive is damaged.`, {
        where,
        expected: `${sizes.get(name)} bytes of the checksum that the archive states`,
        found: `${content.length} other bytes`,
        remedy: REMEDY,
      })
  }
  return files
}

/**
 * Writes an archive that `numpy.load` opens: arrays stored uncompressed, as trained weights do not compress.
 * @param tensors by name; float32 and float64 keep their precision
 * @returns the archive's bytes, the same for the same tensors
 * @throws LabError `internal` when a tensor does not fill its shape
 */
export function writeNpz(tensors: Iterable<readonly [string, Tensor]>): Uint8Array {
  const files: Record<string, Uint8Array> = {}
  for (const [name, tensor] of tensors) {
    if (tensor.data.length !== elementCount(tensor.shape))
      throw new LabError('internal', 'a tensor does not fill its shape.', {
        where: name,
        expected: `${elementCount(tensor.shape)} elements for [${tensor.shape.join(', ')}]`,
        found: `${tensor.data.length}`,
      })
    files[`${name}.npy`] = writeNpy(tensor)
  }
  return zipSync(files, { level: 0, mtime: FIXED_DATE })
}
