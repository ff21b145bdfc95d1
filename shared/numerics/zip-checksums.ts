/**
 * Checksums of a zip: an archive's bytes enter, the CRC-32 that its directory states for each file leaves, and the CRC-32
 * of any bytes. fflate unpacks without comparing them, so that a damaged weight would otherwise be read as it is.
 */

import { strFromU8 } from 'fflate'

const LOCAL_LIMIT = 0xffffffff // a field of a zip64 archive that is stated elsewhere
const END_SIGNATURE = 0x06054b50
const ENTRY_SIGNATURE = 0x02014b50
const END_BYTES = 22
const ENTRY_BYTES = 46
/** Of an archive, in bytes. */
export const LONGEST_COMMENT = 0xffff

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  return remainder
})

/** CRC-32 of IEEE 802.3, as zip uses it. @returns unsigned 32 bits */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff
  for (let i = 0; i < bytes.length; i++) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ bytes[i]!) & 0xff]!
  return (remainder ^ 0xffffffff) >>> 0
}

/**
 * The checksums that a zip's directory states.
 * @returns by file name (ASCII); empty for zip64 archives of more than 4 GiB and for bytes that are no zip
 */
export function statedChecksums(bytes: Uint8Array): Map<string, number> {
  const checksums = new Map<string, number>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lowest = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT)
  let end = bytes.length - END_BYTES
  while (end >= lowest && view.getUint32(end, true) !== END_SIGNATURE) end--
  if (end < lowest) return checksums
  let at = view.getUint32(end + 16, true)
  if (at === LOCAL_LIMIT) return checksums
  while (at + ENTRY_BYTES <= bytes.length && view.getUint32(at, true) === ENTRY_SIGNATURE) {
    const nameBytes = view.getUint16(at + 28, true)
    const name = strFromU8(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes), true)
    checksums.set(name, view.getUint32(at + 16, true))
    at += ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return checksums
}
