/**
 * The header of a safetensors file: its text enters, a description of each tensor and the metadata leave, in the order of the text. It is read
 * more strictly than JSON.parse does, as the reference implementation reads it: a size is written as a whole number and nothing else (`1.0`,
 * `1e0` and `-0` are none), may be as large as 64 bits hold, and no text holds half a surrogate pair. Where the data stand is left to
 * safetensors.ts.
 */
import { endOfString } from './parse-json.ts'

export interface HeaderEntry {
  readonly name: string
  /** As written: `F32`; other types too. */
  readonly type: string
  readonly shape: readonly bigint[]
  readonly begin: bigint
  readonly end: bigint
}

export interface SafetensorsHeader {
  readonly entries: readonly HeaderEntry[]
  readonly metadata: Readonly<Record<string, string>>
}

/** What is wrong with a header, for a message. */
export type FailHeader = (message: string, expected: string, found: string) => never

const METADATA_KEY = '__metadata__'
/** The reference implementation's, the header itself included. */
const MOST_LEVELS = 127
const LARGEST_SIZE = 2n ** 64n - 1n

const BLANK = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const WHOLE = /^\d+$/

/** A value and where it stands in the text. */
type HeaderValue = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, HeaderValue> }
  | { readonly kind: 'list'; readonly items: readonly HeaderValue[] }
  | { readonly kind: 'text'; readonly value: string }
  /** A number as it is written, or `true`, `false`, `null`. */
  | { readonly kind: 'number' | 'word' }
)

/** @throws what `fail` throws */
export function readSafetensorsHeader(text: string, fail: FailHeader): SafetensorsHeader {
  const root = new ValueReader(text, fail).read()
  const written = (value: HeaderValue | undefined): string =>
    value === undefined ? 'nothing' : text.slice(value.start, value.end)
  if (root.kind !== 'object') return fail('the header is not JSON.', 'a JSON object', written(root))
  const metadata = root.members.get(METADATA_KEY)

  const readEntry = (name: string, entry: HeaderValue): HeaderEntry => {
    if (entry.kind !== 'object')
      return fail(`the entry of \`${name}\` is no object.`, '`dtype`, `shape` and `data_offsets`', written(entry))
    const type = entry.members.get('dtype')
    if (type?.kind !== 'text') return fail(`the type of \`${name}\` is not read.`, 'the name of a type', written(type))
    const shape = entry.members.get('shape')
    const sizes = readSizes(shape)
    if (sizes === null) return fail(`the shape of \`${name}\` is wrong.`, 'a list of sizes', written(shape))
    const place = entry.members.get('data_offsets')
    const offsets = readSizes(place)
    if (offsets?.length !== 2) return fail(`the place of \`${name}\` is wrong.`, 'two offsets', written(place))
    return { name, type: type.value, shape: sizes, begin: offsets[0]!, end: offsets[1]! }
  }

  const readSizes = (value: HeaderValue | undefined): bigint[] | null => {
    if (value?.kind !== 'list') return null
    const sizes = value.items.map((item) => (item.kind === 'number' ? written(item) : ''))
    if (!sizes.every((size) => WHOLE.test(size) && size.length <= 20 && BigInt(size) <= LARGEST_SIZE)) return null
    return sizes.map(BigInt)
  }

  const readMetadata = (value: HeaderValue | undefined): Record<string, string> => {
    if (value === undefined) return {}
    if (value.kind !== 'object') return fail('the metadata are not an object.', 'names and strings', written(value))
    return Object.fromEntries(
      Array.from(value.members, ([name, entry]) => {
        if (entry.kind !== 'text') return fail(`the metadata \`${name}\` are no string.`, 'a string', written(entry))
        return [name, entry.value] as const
      }),
    )
  }

  return {
    metadata: readMetadata(metadata),
    entries: [...root.members].filter(([name]) => name !== METADATA_KEY).map(([name, entry]) => readEntry(name, entry)),
  }
}

/** JSON as RFC 8259 has it, with every number kept as it is written. */
class ValueReader {
  readonly #text: string
  readonly #fail: FailHeader
  #at = 0

  constructor(text: string, fail: FailHeader) {
    this.#text = text
    this.#fail = fail
  }

  /** The whole text. */
  read(): HeaderValue {
    const value = this.#value(0)
    this.#skipBlank()
    if (this.#at < this.#text.length) this.#refuse('the end of the header')
    return value
  }

  #value(level: number): HeaderValue {
    this.#skipBlank()
    const start = this.#at
    switch (this.#text[start]) {
      case '{':
        return { kind: 'object', members: this.#members(level + 1), start, end: this.#at }
      case '[':
        return { kind: 'list', items: this.#items(level + 1), start, end: this.#at }
      case '"':
        return { kind: 'text', value: this.#string(), start, end: this.#at }
    }
    const number = this.#match(NUMBER)
    if (number !== '') {
      // What a float64 cannot hold is no number to the reference implementation, even where nothing reads it.
      if (!Number.isFinite(Number(number))) this.#refuse('a number within the range of float64', start)
      return { kind: 'number', start, end: this.#at }
    }
    if (this.#match(WORD) === '') this.#refuse('a value')
    return { kind: 'word', start, end: this.#at }
  }

  #members(level: number): Map<string, HeaderValue> {
    this.#enter(level)
    const members = new Map<string, HeaderValue>()
    if (this.#takes('}')) return members
    do {
      this.#skipBlank()
      if (this.#text[this.#at] !== '"') this.#refuse('a name in quotes')
      const name = this.#string()
      if (members.has(name))
        this.#fail('a name stands twice in the header.', 'each name once in its object', `\`${name}\` twice`)
      if (!this.#takes(':')) this.#refuse('`:`')
      members.set(name, this.#value(level))
    } while (this.#takes(','))
    if (!this.#takes('}')) this.#refuse('`,` or `}`')
    return members
  }

  #items(level: number): HeaderValue[] {
    this.#enter(level)
    const items: HeaderValue[] = []
    if (this.#takes(']')) return items
    do items.push(this.#value(level))
    while (this.#takes(','))
    if (!this.#takes(']')) this.#refuse('`,` or `]`')
    return items
  }

  #enter(level: number): void {
    if (level > MOST_LEVELS)
      this.#fail('the header is nested too deeply.', `at most ${MOST_LEVELS} levels`, `more at character ${this.#at}`)
    this.#at++
  }

  #string(): string {
    const start = this.#at
    const end = endOfString(this.#text, start)
    this.#at = end + 1
    let value: string
    try {
      value = JSON.parse(this.#text.slice(start, end + 1)) as string
    } catch {
      return this.#refuse('a text as JSON writes it', start)
    }
    // Half a surrogate pair, which only an escape can write, is no character of any text.
    if (/\p{Surrogate}/u.test(value)) this.#refuse('whole characters in a text', start)
    return value
  }

  #takes(sign: string): boolean {
    this.#skipBlank()
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #skipBlank(): void {
    this.#match(BLANK)
  }

  /** What the pattern finds here; empty where it finds nothing. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #refuse(expected: string, at = this.#at): never {
    const rest = this.#text.slice(at, at + 20)
    return this.#fail('the header is not JSON.', expected, rest === '' ? 'its end' : `\`${rest}\` at character ${at}`)
  }
}
