/** Text of a cell file -> tokens of one logical line. A line goes on while a parenthesis is open. Unicode forms of the paper's signs are read too. */
import { LabError, type SourceLocation } from '../errors/errors.ts'

export interface Token {
  readonly kind: 'name' | 'number' | 'sign' | 'end'
  readonly text: string
  readonly at: SourceLocation
}

/** Longest cell file that is read, in characters: two orders above any cell in the literature. */
export const MAX_CELL_CHARACTERS = 65536

/** Names are shown in columns, padded to the longest. */
const MAX_NAME_CHARACTERS = 100

const BLANK = /\s+/y
const NAME = /[\p{L}_][\p{L}\p{N}_~]*'?/uy
const NUMBER = /(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y
const SIGNS = new Set(['+', '-', '*', '/', '^', '(', ')', ',', '=', ':'])
const SYNONYMS: Readonly<Record<string, string>> = { '∘': '*', '⊙': '*', '·': '*', '−': '-', '′': "'" }

/** A position in a cell file for messages: `mgu, line 3, column 7`. */
export function describePlace(where: string, at: SourceLocation): string {
  return `${where}, line ${at.line}, column ${at.column}`
}

export function syntaxError(
  where: string,
  at: SourceLocation,
  message: string,
  detail: { expected?: string; found?: string; remedy?: string },
): LabError {
  return new LabError('cell-syntax', message, { ...detail, where: describePlace(where, at), location: at })
}

/**
 * @param text one logical line, without its comment
 * @param line 1-based line where it starts
 * @throws LabError `cell-syntax` at a character that no token starts with
 */
export function tokenizeLine(text: string, line: number, where: string): Token[] {
  const tokens: Token[] = []
  let column = 1
  let currentLine = line
  let index = 0
  /** What the pattern finds at the place where reading stands: the text is never cut, as that would copy its rest for every token. */
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = index
    return pattern.exec(text)?.[0]
  }
  const advance = (passed: string): void => {
    for (const character of passed) {
      if (character === '\n') {
        currentLine++
        column = 1
      } else column++
    }
    index += passed.length
  }
  while (index < text.length) {
    const blank = match(BLANK)
    if (blank !== undefined) {
      advance(blank)
      continue
    }
    const at = { line: currentLine, column }
    const first = String.fromCodePoint(text.codePointAt(index)!)
    const synonym = SYNONYMS[first]
    const name = match(NAME)
    const number = match(NUMBER)
    if (synonym !== undefined && SIGNS.has(synonym)) {
      tokens.push({ kind: 'sign', text: synonym, at })
      advance(first)
    } else if (name !== undefined) {
      if (name.length > MAX_NAME_CHARACTERS)
        throw syntaxError(where, at, 'This name is too long.', {
          expected: `at most ${MAX_NAME_CHARACTERS} characters`,
          found: `${name.length}`,
        })
      tokens.push({ kind: 'name', text: name === 'σ' ? 'sigmoid' : name, at })
      advance(name)
    } else if (number !== undefined) {
      tokens.push({ kind: 'number', text: number, at })
      advance(number)
    } else if (SIGNS.has(first)) {
      tokens.push({ kind: 'sign', text: first, at })
      advance(first)
    } else
      throw syntaxError(where, at, 'This character is not part of the notation.', {
        expected: 'a name, a number or one of + - * / ^ ( ) , = :',
        found: `\`${first}\``,
        remedy: 'Remove it; a comment starts with #.',
      })
  }
  tokens.push({ kind: 'end', text: 'the end of the line', at: { line: currentLine, column } })
  return tokens
}

/** What follows is text for readers: no parenthesis in it opens a line, and no `#` a comment. */
export const SOURCE_LINE = /^\s*source(?=[\s:=]|$)[\s:=]*(.*)$/s

/** Splits a file into logical lines; comments are blanked out. */
export function logicalLines(text: string): { text: string; line: number }[] {
  const lines: { text: string; line: number }[] = []
  let open = 0
  let current: { text: string; line: number } | null = null
  text.split(/\r?\n/).forEach((raw, index) => {
    if (current === null && SOURCE_LINE.test(raw)) {
      lines.push({ text: raw, line: index + 1 })
      return
    }
    const content = raw.replace(/#.*$/, '')
    for (const character of content) open += character === '(' ? 1 : character === ')' ? -1 : 0
    if (current) current.text += `\n${content}`
    else current = { text: content, line: index + 1 }
    if (open <= 0) {
      if (current.text.trim() !== '') lines.push(current)
      current = null
      open = 0
    }
  })
  if (current) lines.push(current)
  return lines
}
