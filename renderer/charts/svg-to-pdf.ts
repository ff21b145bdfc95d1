/**
 * A chart's SVG as a PDF of one page: shapes stay shapes and text stays text, in the fonts that every reader has. It knows what ECharts
 * draws (paths, polygons, lines, rectangles, circles, text, groups, clips), and throws for anything else rather than leave it out.
 */
import { strToU8, zlibSync } from 'fflate'
import { joinBytes } from '../../shared/numerics/join-bytes.ts'
import { pdfNumber as n, pdfPath } from './pdf-path.ts'
import { textRuns, type PdfFont } from './pdf-fonts.ts'
import { findById, readSvg, type SvgElement } from './svg-elements.ts'

/** Points to a pixel of CSS. */
const POINTS = 0.75
const FONT_NAMES: Readonly<Record<PdfFont, string>> = { Helvetica: 'F1', 'Helvetica-Bold': 'F2', Symbol: 'F3' }
const IGNORED = new Set(['defs', 'style', 'title', 'desc'])
/** What stands between the middle of a line of text and its base, in sizes. */
const CENTRAL_SHIFT = 0.36
const HANGING_SHIFT = 0.76
const DEFAULT_SIZE = 12

interface Paint {
  /** `r g b`, 0 to 1 each. */
  readonly colour: string
  readonly opacity: number
}

/**
 * @param svg as ECharts writes it
 * @param information the dictionary of the document's information
 */
export function svgToPdf(svg: string, information: string): Uint8Array {
  const root = readSvg(svg)
  const [width, height] = [Number(root.attributes.get('width')), Number(root.attributes.get('height'))]
  const writer = new PageWriter(root)
  writer.draw(root)
  const content = `${n(POINTS)} 0 0 ${n(-POINTS)} 0 ${n(height * POINTS)} cm\n${writer.text}`
  return assemble(content, width * POINTS, height * POINTS, writer.opacities, information)
}

class PageWriter {
  readonly #root: SvgElement
  readonly #parts: string[] = []
  /** Names of graphics states, by `fill stroke` opacity. */
  readonly opacities = new Map<string, string>()

  constructor(root: SvgElement) {
    this.#root = root
  }

  get text(): string {
    return this.#parts.join('\n')
  }

  draw(element: SvgElement): void {
    const name = element.name
    if (IGNORED.has(name)) return
    this.#parts.push('q')
    const transform = element.attributes.get('transform')
    if (transform) this.#parts.push(`${matrixOf(transform).map(n).join(' ')} cm`)
    this.#clip(element)
    if (name === 'svg' || name === 'g') for (const child of element.children) this.draw(child)
    else if (name === 'text') this.#write(element)
    else this.#shape(element)
    this.#parts.push('Q')
  }

  #clip(element: SvgElement): void {
    const id = /url\(#(.+?)\)/.exec(element.attributes.get('clip-path') ?? '')?.[1]
    if (id === undefined) return
    const shape = findById(this.#root, id)?.children[0]
    if (shape) this.#parts.push(pathOf(shape), 'W n')
  }

  #shape(element: SvgElement): void {
    const fill = paintOf(element, 'fill', '#000000')
    const width = Number(element.attributes.get('stroke-width') ?? 1)
    const stroke = width === 0 ? null : paintOf(element, 'stroke', 'none')
    if (fill === null && stroke === null) return
    this.#setOpacity(fill?.opacity ?? 1, stroke?.opacity ?? 1)
    if (fill) this.#parts.push(`${fill.colour} rg`)
    if (stroke) {
      const dashes = (element.attributes.get('stroke-dasharray') ?? '').split(/[\s,]+/).filter((dash) => dash !== '')
      const join = ['miter', 'round', 'bevel'].indexOf(element.attributes.get('stroke-linejoin') ?? 'miter')
      const cap = ['butt', 'round', 'square'].indexOf(element.attributes.get('stroke-linecap') ?? 'butt')
      this.#parts.push(`${stroke.colour} RG ${n(width)} w [${dashes.join(' ')}] 0 d ${join} j ${cap} J`)
    }
    this.#parts.push(pathOf(element), fill && stroke ? 'B' : fill ? 'f' : 'S')
  }

  #write(element: SvgElement): void {
    const fill = paintOf(element, 'fill', '#000000')
    const text = element.text
    if (fill === null || text === '') return
    const style = element.attributes.get('style') ?? ''
    const size = Number(/font-size:\s*([\d.]+)px/.exec(style)?.[1] ?? DEFAULT_SIZE)
    const runs = textRuns(text, /font-weight:\s*(bold|[6-9]00)/.test(style))
    const width = runs.reduce((sum, run) => sum + run.width, 0) * size
    const anchor = element.attributes.get('text-anchor')
    const baseline = element.attributes.get('dominant-baseline')
    const x =
      Number(element.attributes.get('x') ?? 0) - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0)
    const shift = baseline === 'central' ? CENTRAL_SHIFT : baseline === 'text-before-edge' ? HANGING_SHIFT : 0
    const y = Number(element.attributes.get('y') ?? 0) + shift * size
    this.#setOpacity(fill.opacity, 1)
    this.#parts.push(`BT ${fill.colour} rg 1 0 0 -1 ${n(x)} ${n(y)} Tm`)
    for (const { font, codes } of runs)
      this.#parts.push(`/${FONT_NAMES[font]} ${n(size)} Tf <${codes.map(hexByte).join('')}> Tj`)
    this.#parts.push('ET')
  }

  #setOpacity(fill: number, stroke: number): void {
    const key = `${n(fill)} ${n(stroke)}`
    const name = this.opacities.get(key) ?? `G${this.opacities.size}`
    this.opacities.set(key, name)
    this.#parts.push(`/${name} gs`)
  }
}

const hexByte = (code: number): string => code.toString(16).padStart(2, '0')

/** @throws for a shape that charts do not draw */
function pathOf(element: SvgElement): string {
  const number = (name: string): number => Number(element.attributes.get(name) ?? 0)
  switch (element.name) {
    case 'path':
      return pdfPath(element.attributes.get('d') ?? '')
    case 'polygon':
      return `${pdfPath(`M${element.attributes.get('points') ?? ''}`)}\nh`
    case 'polyline':
      return pdfPath(`M${element.attributes.get('points') ?? ''}`)
    case 'line':
      return pdfPath(`M${number('x1')} ${number('y1')}L${number('x2')} ${number('y2')}`)
    case 'rect':
      return `${n(number('x'))} ${n(number('y'))} ${n(number('width'))} ${n(number('height'))} re`
    case 'circle': {
      const [x, y, r] = [number('cx'), number('cy'), number('r')]
      return pdfPath(`M${x + r} ${y}A${r} ${r} 0 1 1 ${x - r} ${y}A${r} ${r} 0 1 1 ${x + r} ${y}Z`)
    }
    default:
      throw new Error(`The chart holds <${element.name}>, which no PDF is made of here.`)
  }
}

function paintOf(element: SvgElement, name: 'fill' | 'stroke', otherwise: string): Paint | null {
  const value = element.attributes.get(name) ?? otherwise
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$|^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(value)
  const numbers = match
    ? match.slice(1).flatMap((digits) => (digits ? [parseInt(digits.padEnd(2, digits), 16)] : []))
    : (/^rgba?\(([^)]+)\)$/.exec(value)?.[1] ?? '').split(',').map(Number)
  if (value === 'none' || value === 'transparent') return null
  if (numbers.length < 3) throw new Error(`The chart holds the colour "${value}", which no PDF is made of here.`)
  const opacity =
    (numbers[3] ?? 1) *
    Number(element.attributes.get(`${name}-opacity`) ?? 1) *
    Number(element.attributes.get('opacity') ?? 1)
  if (opacity === 0) return null
  const colour = numbers
    .slice(0, 3)
    .map((part) => n(part / 255))
    .join(' ')
  return { colour, opacity }
}

type Matrix = readonly [number, number, number, number, number, number]

function matrixOf(transform: string): Matrix {
  let whole: Matrix = [1, 0, 0, 1, 0, 0]
  for (const [, kind, text] of transform.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const p = text!.split(/[\s,]+/).map(Number)
    const angle = ((p[0] ?? 0) * Math.PI) / 180
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    if (kind === 'matrix') whole = multiply(whole, p as unknown as Matrix)
    else if (kind === 'translate') whole = multiply(whole, [1, 0, 0, 1, p[0]!, p[1] ?? 0])
    else if (kind === 'scale') whole = multiply(whole, [p[0]!, 0, 0, p[1] ?? p[0]!, 0, 0])
    else if (kind === 'rotate') {
      const [x, y] = [p[1] ?? 0, p[2] ?? 0]
      whole = multiply(whole, [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y])
    } else throw new Error(`The chart holds the transformation "${kind}", which no PDF is made of here.`)
  }
  return whole
}

const multiply = (a: Matrix, b: Matrix): Matrix => [
  a[0] * b[0] + a[2] * b[1],
  a[1] * b[0] + a[3] * b[1],
  a[0] * b[2] + a[2] * b[3],
  a[1] * b[2] + a[3] * b[3],
  a[0] * b[4] + a[2] * b[5] + a[4],
  a[1] * b[4] + a[3] * b[5] + a[5],
]

/** Number of the object after the page's content. */
const FIRST_FONT = 5

/** The objects of the file and the table of their places (PDF 32000-1, 7.5). */
function assemble(
  content: string,
  width: number,
  height: number,
  opacities: ReadonlyMap<string, string>,
  information: string,
): Uint8Array {
  const stream = zlibSync(strToU8(content, true))
  const states = [...opacities].map(([key, name]) => {
    const [fill, stroke] = key.split(' ')
    return `/${name} << /ca ${fill} /CA ${stroke} >>`
  })
  const fonts = Object.entries(FONT_NAMES).map(([font, name], index) => {
    const encoding = font === 'Symbol' ? '' : ' /Encoding /WinAnsiEncoding'
    return {
      reference: `/${name} ${FIRST_FONT + index} 0 R`,
      object: `<< /Type /Font /Subtype /Type1 /BaseFont /${font}${encoding} >>`,
    }
  })
  const objects: (string | Uint8Array)[][] = [
    ['<< /Type /Catalog /Pages 2 0 R >>'],
    ['<< /Type /Pages /Kids [3 0 R] /Count 1 >>'],
    [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${n(width)} ${n(height)}] /Contents 4 0 R ` +
        `/Resources << /Font << ${fonts.map(({ reference }) => reference).join(' ')} >> /ExtGState << ${states.join(' ')} >> >> >>`,
    ],
    [`<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`, stream, '\nendstream'],
    ...fonts.map(({ object }) => [object]),
    [information],
  ]
  const chunks: Uint8Array[] = []
  let length = 0
  const add = (piece: string | Uint8Array): void => {
    const bytes = typeof piece === 'string' ? strToU8(piece, true) : piece
    chunks.push(bytes)
    length += bytes.length
  }
  add('%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n') // high bytes: what copies files takes it for binary
  const places = objects.map((pieces, index) => {
    const place = length
    add(`${index + 1} 0 obj\n`)
    pieces.forEach(add)
    add('\nendobj\n')
    return place
  })
  const tableAt = length
  add(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`)
  for (const place of places) add(`${String(place).padStart(10, '0')} 00000 n \n`)
  add(
    `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${tableAt}\n%%EOF\n`,
  )
  return joinBytes(chunks)
}
