/**
 * Makes a message of values that hold arrays of numbers: the same values leave, each array alone in a buffer of its own. As they are, a
 * port would copy the whole buffer behind a part of it, and share memory where two threads may.
 */
import type { FloatArray } from '../recurrence.ts'

type NumberArray = FloatArray | Int32Array | Uint8Array

export interface Packed<Value> {
  readonly value: Value
  /** Of all arrays, to be handed over. */
  readonly buffers: readonly ArrayBuffer[]
}

/** Of values that stay their owner's: every array is copied. */
export function packCopies<Value>(value: Value): Packed<Value> {
  return pack(value, (array) => array.slice())
}

/** Of values that nobody else holds: an array that fills its buffer is given away with it. */
export function packOwned<Value>(value: Value): Packed<Value> {
  return pack(value, (array) => (fillsItsBuffer(array) ? array : array.slice()))
}

function fillsItsBuffer({ buffer, byteLength }: NumberArray): boolean {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
}

function pack<Value>(value: Value, own: (array: NumberArray) => NumberArray): Packed<Value> {
  const owned = new Map<NumberArray, NumberArray>()
  const replace = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part
    if (ArrayBuffer.isView(part)) {
      const array = part as NumberArray
      const kept = owned.get(array) ?? own(array)
      owned.set(array, kept)
      return kept
    }
    if (Array.isArray(part)) return part.map(replace)
    if (part instanceof Map) return new Map([...part].map(([name, entry]) => [name, replace(entry)]))
    return Object.fromEntries(Object.entries(part).map(([name, entry]) => [name, replace(entry)]))
  }
  const packed = replace(value) as Value
  // Two arrays of one buffer, each filling it, are the same numbers under two names.
  return { value: packed, buffers: [...new Set([...owned.values()].map(({ buffer }) => buffer as ArrayBuffer))] }
}
