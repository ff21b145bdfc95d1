/** An SVG path's data as PDF's operators: text enters, lines of m, l, c and h leave. Curves of any kind become cubic ones. */

/** Control points of a quarter circle of radius 1 (4/3 tan(π/8)), for angles up to π/2. */
const bow = (angle: number): number => (4 / 3) * Math.tan(angle / 4)

export const pdfNumber = (value: number): string => String(Number(value.toFixed(3)))

const NUMBERS = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi
/** How many numbers a command takes. */
const COUNTS: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, C: 6, Q: 4, A: 7, Z: 0 }

/** @throws for a command that charts do not draw */
export function pdfPath(data: string): string {
  const out: string[] = []
  let [x, y, startX, startY] = [0, 0, 0, 0]
  const emit = (operator: string, ...numbers: readonly number[]): void =>
    void out.push(`${numbers.map(pdfNumber).join(' ')} ${operator}`.trim())
  for (const [, letter, rest] of data.matchAll(/([a-zA-Z])([^a-zA-Z]*(?:e[-+]?\d[^a-zA-Z]*)*)/g)) {
    const command = letter!.toUpperCase()
    const isRelative = letter !== command
    const count = COUNTS[command]
    if (count === undefined) throw new Error(`A path of the chart holds "${letter}", which no PDF is made of here.`)
    const numbers = (rest!.match(NUMBERS) ?? []).map(Number)
    for (let at = 0; at === 0 || at < numbers.length; at += Math.max(1, count)) {
      const part = numbers.slice(at, at + count)
      const from = { x, y }
      const absolute = (value: number, isX: boolean): number => (isRelative ? value + (isX ? from.x : from.y) : value)
      // All but arcs hold pairs of coordinates; an arc ends with one.
      const pairs = part.map((value, i) => absolute(value, command === 'V' ? false : i % 2 === 0))
      switch (command) {
        case 'M':
        case 'L':
          ;[x, y] = [pairs[0]!, pairs[1]!]
          emit(command === 'M' && at === 0 ? 'm' : 'l', x, y)
          if (command === 'M' && at === 0) [startX, startY] = [x, y]
          break
        case 'H':
          x = pairs[0]!
          emit('l', x, y)
          break
        case 'V':
          y = pairs[0]!
          emit('l', x, y)
          break
        case 'C':
          ;[x, y] = [pairs[4]!, pairs[5]!]
          emit('c', ...pairs)
          break
        case 'Q': {
          const [cx, cy] = [pairs[0]!, pairs[1]!]
          ;[x, y] = [pairs[2]!, pairs[3]!]
          const third = (end: number, middle: number): number => end + (2 / 3) * (middle - end)
          emit('c', third(from.x, cx), third(from.y, cy), third(x, cx), third(y, cy), x, y)
          break
        }
        case 'A': {
          const [rx, ry, turn, large, sweep] = part as [number, number, number, number, number]
          ;[x, y] = [absolute(part[5]!, true), absolute(part[6]!, false)]
          for (const curve of arcCurves(from, { x, y }, { rx, ry, turn, large: large !== 0, sweep: sweep !== 0 }))
            emit('c', ...curve)
          break
        }
        case 'Z':
          emit('h')
          ;[x, y] = [startX, startY]
          break
      }
    }
  }
  return out.join('\n')
}

interface Place {
  readonly x: number
  readonly y: number
}

interface Arc {
  readonly rx: number
  readonly ry: number
  /** Degrees. */
  readonly turn: number
  readonly large: boolean
  readonly sweep: boolean
}

/** From the end points to the centre (SVG 1.1, appendix F.6.5), then a cubic for each quarter at most. */
function arcCurves(from: Place, to: Place, { turn, large, sweep, ...radii }: Arc): number[][] {
  let [rx, ry] = [Math.abs(radii.rx), Math.abs(radii.ry)]
  if (rx === 0 || ry === 0) return [[from.x, from.y, to.x, to.y, to.x, to.y]]
  const phi = (turn * Math.PI) / 180
  const [cos, sin] = [Math.cos(phi), Math.sin(phi)]
  const [dx, dy] = [(from.x - to.x) / 2, (from.y - to.y) / 2]
  const [px, py] = [cos * dx + sin * dy, cos * dy - sin * dx]
  const excess = (px / rx) ** 2 + (py / ry) ** 2
  if (excess > 1) [rx, ry] = [rx * Math.sqrt(excess), ry * Math.sqrt(excess)]
  const under = (rx * ry) ** 2 - (rx * py) ** 2 - (ry * px) ** 2
  const scale = (large === sweep ? -1 : 1) * Math.sqrt(Math.max(0, under) / ((rx * py) ** 2 + (ry * px) ** 2))
  const [cx, cy] = [(scale * rx * py) / ry, (-scale * ry * px) / rx]
  const first = Math.atan2((py - cy) / ry, (px - cx) / rx)
  let sum = Math.atan2((-py - cy) / ry, (-px - cx) / rx) - first
  if (sweep && sum < 0) sum += 2 * Math.PI
  if (!sweep && sum > 0) sum -= 2 * Math.PI
  const count = Math.max(1, Math.ceil(Math.abs(sum) / (Math.PI / 2)))
  const [midX, midY] = [(from.x + to.x) / 2, (from.y + to.y) / 2]
  const place = (u: number, v: number): number[] => [
    cos * (cx + rx * u) - sin * (cy + ry * v) + midX,
    sin * (cx + rx * u) + cos * (cy + ry * v) + midY,
  ]
  return Array.from({ length: count }, (_, i) => {
    const a = first + (sum * i) / count
    const b = a + sum / count
    const k = bow(b - a)
    return [
      ...place(Math.cos(a) - k * Math.sin(a), Math.sin(a) + k * Math.cos(a)),
      ...place(Math.cos(b) + k * Math.sin(b), Math.sin(b) - k * Math.cos(b)),
      ...place(Math.cos(b), Math.sin(b)),
    ]
  })
}
