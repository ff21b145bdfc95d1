/**
 * The elements of an SVG that ECharts has written: its text enters, a tree leaves. The browser's own reader would apply the styles in it,
 * which our content security policy refuses.
 */

export interface SvgElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: SvgElement[]
  /** What stands in it beside elements. */
  text: string
}

const TOKEN = /<!\[CDATA\[[\s\S]*?\]\]>|<\/([\w:-]+)\s*>|<([\w:-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|[^<]+/g
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const decode = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? ''
    return String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16))
  })

/** @throws for a text that is no single element */
export function readSvg(source: string): SvgElement {
  const top: SvgElement = { name: '', attributes: new Map(), children: [], text: '' }
  const open = [top]
  for (const [whole, closing, name, attributes, isEmpty] of source.matchAll(TOKEN)) {
    const parent = open.at(-1)!
    if (closing !== undefined) {
      if (parent.name !== closing) throw new Error(`The drawing of the chart ends <${parent.name}> with </${closing}>.`)
      open.pop()
    } else if (name !== undefined) {
      const pairs = [...attributes!.matchAll(ATTRIBUTE)].map(([, key, value]) => [key!, decode(value!)] as const)
      const element: SvgElement = { name, attributes: new Map(pairs), children: [], text: '' }
      parent.children.push(element)
      if (isEmpty === '') open.push(element)
    } else if (!whole.startsWith('<!')) parent.text += decode(whole)
  }
  const [root] = top.children
  if (open.length !== 1 || root === undefined) throw new Error('The drawing of the chart is no whole SVG.')
  return root
}

/** The element of this id, wherever it stands. */
export function findById(element: SvgElement, id: string): SvgElement | null {
  if (element.attributes.get('id') === id) return element
  for (const child of element.children) {
    const found = findById(child, id)
    if (found) return found
  }
  return null
}
