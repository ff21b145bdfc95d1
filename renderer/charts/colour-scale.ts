/**
 * Scales of colours: how many categories have one each, and colours between two of the page's, where a share enters and a colour leaves whose
 * lightness says it, in either theme and without telling hues apart.
 */

/** Colours that the colour-blind tell apart; beyond them they begin anew. */
export const CATEGORY_COUNT = 8

/** @param from `#rrggbb` or `#rgb`, at 0 @param to at 1 @param share 0 to 1 @throws Error for a colour in another notation */
export function mixColours(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)]
  return `#${a.map((value, i) => hex(value + (b[i]! - value) * share)).join('')}`
}

const hex = (value: number): string => Math.round(value).toString(16).padStart(2, '0')

/** A build shortens `#ffffff` to `#fff`. */
function channels(colour: string): number[] {
  const [, digits] = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour) ?? []
  if (digits === undefined) throw new Error(`"${colour}" is no colour that can be mixed.`)
  const whole = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits
  return [0, 2, 4].map((at) => parseInt(whole.slice(at, at + 2), 16))
}
