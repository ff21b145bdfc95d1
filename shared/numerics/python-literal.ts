/**
 * A value as Python writes it: text enters; strings, numbers, truth values, lists and dictionaries leave. As much of it as NumPy's headers
 * hold, in whatever quotes and spacing another writer chose; what a header must say is npy-header.ts's.
 */

/** Tuples and lists are lists; a dictionary's keys are texts. */
export type PythonLiteral = string | number | boolean | null | readonly PythonLiteral[] | PythonDictionary
export interface PythonDictionary {
  readonly fields: ReadonlyMap<string, PythonLiteral>
}

/** Deeper ones are no headers, and would end the stack. */
const MOST_LEVELS = 32
/** A word, a number (Python 2 writes long ones with an L), a text in either quotes with or without a prefix, or one mark. */
const TOKEN =
  /\s*(?:(True|False|None)\b|([+-]?\d+)L?|[uUbB]?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")|([()[\]{},:]))/y
const WORDS: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null }

type Token = { readonly value: string | number | boolean | null } | { readonly mark: string }

/** @returns null for anything else, or for something after it */
export function parsePythonLiteral(text: string): PythonLiteral | null {
  const reader = new Reader(text)
  try {
    const value = reader.read(0)
    return reader.isAtEnd() ? value : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

class Reader {
  readonly #text: string
  readonly #token = new RegExp(TOKEN)

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    return this.#text.slice(this.#token.lastIndex).trim() === ''
  }

  read(level: number): PythonLiteral {
    const token = this.#next()
    if ('value' in token) return token.value
    if (level === MOST_LEVELS) throw new SyntaxError('too deep')
    if (token.mark === '{') return this.#readDictionary(level)
    if (token.mark === '(' || token.mark === '[') return this.#readList(token.mark === '(' ? ')' : ']', level)
    throw new SyntaxError(`unexpected ${token.mark}`)
  }

  #readList(end: string, level: number): PythonLiteral[] {
    const values: PythonLiteral[] = []
    while (!this.#skips(end)) {
      values.push(this.read(level + 1))
      if (this.#skips(',')) continue
      this.#require(end)
      break
    }
    return values
  }

  #readDictionary(level: number): PythonDictionary {
    const fields = new Map<string, PythonLiteral>()
    while (!this.#skips('}')) {
      const key = this.read(level + 1)
      if (typeof key !== 'string') throw new SyntaxError('a key that is no text')
      this.#require(':')
      fields.set(key, this.read(level + 1))
      if (this.#skips(',')) continue
      this.#require('}')
      break
    }
    return { fields }
  }

  #next(): Token {
    const match = this.#token.exec(this.#text)
    if (match === null) throw new SyntaxError('neither a value nor a mark')
    const [, word, number, single, double, mark] = match
    if (mark !== undefined) return { mark }
    if (word !== undefined) return { value: WORDS[word]! }
    return { value: number !== undefined ? Number(number) : (single ?? double)! }
  }

  #skips(mark: string): boolean {
    const at = this.#token.lastIndex
    const token = this.#next()
    if ('mark' in token && token.mark === mark) return true
    this.#token.lastIndex = at
    return false
  }

  #require(mark: string): void {
    if (!this.#skips(mark)) throw new SyntaxError(`expected ${mark}`)
  }
}
