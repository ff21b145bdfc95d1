/** Lines as a legend shows them: the dash and the mark of a line enter, a drawing of just these leaves; ECharts' own has a disc on lines without marks. */

export interface LineLook {
  readonly dash: 'solid' | 'dashed' | 'dotted'
  readonly mark: 'circle' | 'diamond' | null
}

/** In units of the drawing, which is scaled to the legend's. */
export const ICON_SIZE = { width: 26, height: 10 } as const

const DASHES: Readonly<Record<LineLook['dash'], readonly (readonly [from: number, to: number])[]>> = {
  solid: [[0, 26]],
  dashed: [
    [0, 7],
    [9.5, 16.5],
    [19, 26],
  ],
  dotted: [0, 4, 8, 12, 16, 20, 24].map((from) => [from, from + 2] as const),
}
const MARKS: Readonly<Record<NonNullable<LineLook['mark']>, string>> = {
  circle: 'M10 5a3 3 0 1 1 6 0a3 3 0 1 1 -6 0z',
  diamond: 'M13 0l5 5l-5 5l-5 -5z',
}

export function lineIcon({ dash, mark }: LineLook): string {
  const strokes = DASHES[dash].map(([from, to]) => `M${from} 4h${to - from}v2h${from - to}z`)
  return `path://${strokes.join('')}${mark === null ? '' : MARKS[mark]}`
}

/** A bar from one value to another, with caps. */
export const INTERVAL_ICON = 'path://M8 0h10v2h-4v6h4v2h-10v-2h4v-6h-4z'
