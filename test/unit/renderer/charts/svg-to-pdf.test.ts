/** Charts as PDF: what ECharts draws, read by poppler; text as text, in the places where the drawing has it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { beforeAll, describe, expect, it } from 'vitest'
import { installDebianPackage } from '../../../debian-package.ts'
import { pdfPath } from '../../../../renderer/charts/pdf-path.ts'
import { textRuns } from '../../../../renderer/charts/pdf-fonts.ts'
import { readSvg } from '../../../../renderer/charts/svg-elements.ts'
import { svgToPdf } from '../../../../renderer/charts/svg-to-pdf.ts'

use([
  ...[BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart],
  ...[GridComponent, LegendComponent, MarkLineComponent, TitleComponent, SVGRenderer],
])

const NO_INFORMATION = '<< >>'
const NAMES = ['Übung é ± – “<&>”', 'VAA* ε ≤ σ']

function drawing(): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 600, height: 400 })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    legend: { data: NAMES },
    title: { text: 'A bold title', top: 30 },
    xAxis: { name: 'steps', nameLocation: 'middle', axisLabel: { rotate: 30 } },
    yAxis: { name: 'loss', type: 'log' },
    series: [
      { type: 'line', name: NAMES[0], data: [[0, 1], [1, 2], [2, 0.5]], smooth: true, lineStyle: { type: 'dashed' } }, // prettier-ignore
      { type: 'scatter', name: NAMES[1], data: [[1, 1]], itemStyle: { opacity: 0.5 } },
      { type: 'bar', data: [[1.5, 1]] },
    ],
  })
  return chart.renderToSVGString()
}

function poppler(program: string, pdf: Uint8Array, ...options: string[]): string {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'warmup-lab-pdf-')), 'chart.pdf')
  writeFileSync(file, pdf)
  return execFileSync(program, [...options, file, '-'], { encoding: 'utf8' })
}

beforeAll(() => installDebianPackage('poppler-utils', '/usr/bin/pdftotext'))

describe('a chart as PDF', () => {
  it('holds its text as text, Greek and signs among it', () => {
    const text = poppler('pdftotext', svgToPdf(drawing(), NO_INFORMATION), '-layout')
    for (const word of [...NAMES, 'A bold title', 'steps', 'loss']) expect(text).toContain(word)
  })

  it('has each text where the drawing has it', () => {
    const svg = drawing()
    const boxes = [
      ...poppler('pdftotext', svgToPdf(svg, NO_INFORMATION), '-bbox').matchAll(
        /xMin="([\d.]+)".*?xMax="([\d.]+)".*?>(\w+)</g,
      ),
    ]
    const title = boxes.find(([, , , word]) => word === 'loss')!
    const drawn = readSvg(svg)
      .children.flatMap(function all(element): (typeof element)[] {
        return [element, ...element.children.flatMap(all)]
      })
      .find(({ text }) => text === 'loss')!
    const [x] = /translate\(([\d.]+)/.exec(drawn.attributes.get('transform')!)!.slice(1).map(Number) as [number]
    // Its middle, in points: three quarters of a pixel.
    expect((Number(title[1]) + Number(title[2])) / 2).toBeCloseTo(x * 0.75, 0)
  })

  it('is what a renderer of PDF draws without complaint', () => {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'warmup-lab-pdf-')), 'chart.pdf')
    writeFileSync(file, svgToPdf(drawing(), NO_INFORMATION))
    const { stderr, status } = spawnSync('pdftoppm', ['-r', '36', '-png', '-singlefile', file, file], {
      encoding: 'utf8',
    })
    expect([stderr, status]).toEqual(['', 0])
    expect(execFileSync('pdffonts', [file], { encoding: 'utf8' })).toMatch(/Helvetica/)
  })

  it('is refused rather than made incomplete', () => {
    const svg = '<svg width="10" height="10"><image href="x"/></svg>'
    expect(() => svgToPdf(svg, NO_INFORMATION)).toThrow('<image>')
    expect(() => readSvg('<svg><g></svg>')).toThrow('</svg>')
    expect(() => pdfPath('M0 0T1 1')).toThrow('"T"')
  })
})

describe('paths', () => {
  it('become lines and cubic curves, relative steps absolute', () => {
    expect(pdfPath('M1 2l3 0 0 4Z')).toBe('1 2 m\n4 2 l\n4 6 l\nh')
    expect(pdfPath('M0 0H5V6')).toBe('0 0 m\n5 0 l\n5 6 l')
    expect(pdfPath('M0 0Q3 0 3 3')).toBe('0 0 m\n2 0 3 1 3 3 c')
  })

  it('go round a circle within a thousandth of its radius', () => {
    const curves = pdfPath('M10 0A10 10 0 1 1 -10 0A10 10 0 1 1 10 0')
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ').slice(0, 6).map(Number))
    let [x, y] = [10, 0]
    for (const [x1, y1, x2, y2, x3, y3] of curves as [number, number, number, number, number, number][]) {
      for (const t of [0.25, 0.5, 0.75, 1]) {
        const at = (a: number, b: number, c: number, d: number): number =>
          (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t ** 3 * d
        expect(Math.abs(Math.hypot(at(x, x1, x2, x3), at(y, y1, y2, y3)) - 10)).toBeLessThan(0.01)
      }
      ;[x, y] = [x3, y3]
    }
    expect(Math.hypot(x - 10, y)).toBeLessThan(0.01)
  })
})

describe('runs of text', () => {
  it('change the font for Greek and have the widths of the fonts', () => {
    expect(textRuns('aε1', false).map(({ font, width }) => [font, width])).toEqual([
      ['Helvetica', 0.556],
      ['Symbol', 0.439],
      ['Helvetica', 0.556],
    ])
    expect(textRuns('h₂ 漢', true)).toMatchObject([{ font: 'Helvetica-Bold', codes: [0x68, 0x32, 0x20, 0x3f] }])
  })
})
