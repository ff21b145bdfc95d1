/**
 * A design as the fragment of an address, `#design=…`: a configuration's JSON, compressed, in base64url. A fragment is never sent to a
 * server. Reading one is careful: it may come from anywhere, cut off or made to unpack to any size.
 */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate'
import { joinBytes } from '../../shared/numerics/join-bytes.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'

const NAME = 'design'
/** Of the JSON. */
const MOST_BYTES = 4 << 20
/** What is unpacked at once. */
const PIECE_BYTES = 4096
const REMEDY = 'Copy the whole link again. The design on the table is as it was.'

/** @returns with `#` */
export function designFragment(config: unknown): string {
  const bytes = deflateSync(strToU8(JSON.stringify(config)), { level: 9 })
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return `#${NAME}=${btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`
}

/** @param text an address or a fragment, or any text. @returns the part that holds a design, or null */
export function findFragment(text: string): string | null {
  return new RegExp(`#${NAME}=([^\\s#&]*)`).exec(text)?.[1] ?? null
}

/** @param packed what findFragment has found. @returns any JSON. @throws LabError `file` when it holds no design */
export function readFragment(packed: string): unknown {
  const fail = (found: string, cause?: unknown): never => {
    throw new LabError('file', 'this link holds no design that can be read.', {
      where: `#${NAME}`,
      expected: 'a link that the lab has copied, whole',
      found,
      remedy: REMEDY,
      cause,
    })
  }
  if (!/^[\w-]+$/.test(packed)) return fail(packed === '' ? 'nothing' : 'other characters')
  try {
    return parseJson(unpack(packed))
  } catch (cause) {
    return fail(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** @throws Error for what is no base64, cut off, or too large */
function unpack(packed: string): string {
  const binary = atob(packed.replace(/-/g, '+').replace(/_/g, '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  const pieces: Uint8Array[] = []
  let size = 0
  let isWhole = false
  const inflate = new Inflate((piece, isLast) => {
    pieces.push(piece)
    size += piece.length
    isWhole ||= isLast
  })
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    inflate.push(bytes.subarray(start, start + PIECE_BYTES), start + PIECE_BYTES >= bytes.length)
    if (size > MOST_BYTES) throw new RangeError(`it unpacks to more than ${MOST_BYTES} bytes`)
  }
  if (!isWhole) throw new Error('it is cut off')
  return strFromU8(joinBytes(pieces))
}
