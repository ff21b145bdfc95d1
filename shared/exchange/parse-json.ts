/**
 * JSON that comes from outside (a file, a line of one, a message, a flag): text enters, its value leaves. What reads the value afterwards walks
 * it level by level, schemas and `JSON.stringify` included, and would exhaust the stack on some thousand levels: such a text is refused
 * like one that is no JSON, before anything is made of it. What the value means is left to the caller.
 */

/** Levels of lists and objects within one another; nothing that the lab writes has more than a dozen. */
export const MOST_JSON_LEVELS = 100

const BYTE_ORDER_MARK = 0xfeff
const QUOTE = 0x22
const BACKSLASH = 0x5c
const LIST = 0x5b
const LIST_END = 0x5d
const OBJECT = 0x7b
const OBJECT_END = 0x7d

/**
 * `JSON.parse` for texts that others have written.
 * @throws SyntaxError for what is no JSON and for more than `MOST_JSON_LEVELS` levels; the caller says which file it was
 */
export function parseJson(given: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  // Editors of Windows write one before it.
  const text = given.charCodeAt(0) === BYTE_ORDER_MARK ? given.slice(1) : given
  // Texts of many short lines come here line by line: most of them cannot be deep, and none of those is walked twice.
  if (text.length > 2 * MOST_JSON_LEVELS && mayBeDeep(text)) requireShallow(text)
  return JSON.parse(text, reviver)
}

/** Whether enough lists and objects begin in a text, wherever that is. */
function mayBeDeep(text: string): boolean {
  let count = 0
  for (const opener of ['[', '{'])
    for (let at = text.indexOf(opener); at >= 0; at = text.indexOf(opener, at + 1))
      if (++count > MOST_JSON_LEVELS) return true
  return false
}

function requireShallow(text: string): void {
  let level = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === LIST || code === OBJECT) {
      if (++level > MOST_JSON_LEVELS)
        throw new SyntaxError(`nested more than ${MOST_JSON_LEVELS} levels deep at position ${at}`)
    } else if (code === LIST_END || code === OBJECT_END) level--
  }
}

/** Where the closing quote of a string stands; the end of the text, or one beyond, where there is none. @param start of its opening quote */
export function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}
