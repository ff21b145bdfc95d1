/** What our reader says to a safetensors file beside what the reference implementation says: where the two may differ, and how. */
import { decodeSafetensors } from '../../shared/exchange/safetensors.ts'
import { LabError } from '../../shared/errors/errors.ts'

/** The reference implementation's. */
export type ReferenceVerdict =
  | { readonly tensors: readonly (readonly [name: string, type: string, shape: readonly string[]])[] }
  | { readonly refused: string }

/**
 * What we refuse although the reference implementation lets it pass: each is forbidden by the format's description, or is not written by
 * anyone and means nothing to us. The other way round there is no difference.
 */
const STRICTER: Readonly<Record<string, RegExp>> = {
  'a type other than F32 and F64': /the type of `[^]*` is not read/,
  'a name that stands twice': /a name stands twice in the header/,
  'a blank before the header': /`\{` as its first byte, found byte (?:9|10|13|32)\./,
  'an entry written as a list': /the entry of `[^]*` is no object[^]* found \[/,
  'metadata that are null': /the metadata are not an object[^]* found null/,
}

/** @returns `agreed`, the name of a known difference, or null with what was said where none is known */
export function compareVerdicts(file: Uint8Array, reference: ReferenceVerdict): string | null {
  let ours: string
  let tensors: string | null = null
  try {
    const decoded = decodeSafetensors(file, 'a file')
    tensors = JSON.stringify(
      Array.from(decoded.tensors, ([name, { shape, data }]) => [name, data.BYTES_PER_ELEMENT, shape]).sort(),
    )
    ours = 'accepted'
  } catch (error) {
    if (!(error instanceof LabError)) return null
    ours = error.message
  }
  if ('refused' in reference) return tensors === null ? 'agreed' : null
  if (tensors === null) return Object.keys(STRICTER).find((name) => STRICTER[name]!.test(ours)) ?? null
  const theirs = reference.tensors
    .map(([name, type, shape]) => [name, type === 'F64' ? 8 : 4, shape.map(Number)])
    .sort()
  return JSON.stringify(theirs) === tensors ? 'agreed' : null
}
