/** Colours between two of the page's: a share enters, a colour leaves whose lightness says it, in either theme and without telling hues apart. */

/** @param from `#rrggbb`, at 0 @param to at 1 @param share 0 to 1 @throws Error for a colour in another notation */
export function mixColours(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)]
  return `#${a.map((value, i) => hex(value + (b[i]! - value) * share)).join('')}`
}

const hex = (value: number): string => Math.round(value).toString(16).padStart(2, '0')

function channels(colour: string): number[] {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)?.slice(1)
  if (!digits) throw new Error(`"${colour}" is no colour that can be mixed.`)
  return digits.map((pair) => parseInt(pair, 16))
}
