/** Origins in pictures: read back by programs that know nothing of the lab, and what is drawn stays. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { Resvg } from '@resvg/resvg-js'
import { describe, expect, it } from 'vitest'
import {
  pdfInformation,
  pngWithOrigin,
  svgWithOrigin,
  type PictureOrigin,
} from '../../../../renderer/charts/picture-origin.ts'
import { svgToPdf } from '../../../../renderer/charts/svg-to-pdf.ts'
import { installDebianPackage } from '../../../debian-package.ts'

const ORIGIN: PictureOrigin = {
  title: 'VAA* < 1 & „ε“',
  source: 'quick-20261125-041500-ab12-double',
  software: 'Warmup Lab 0.1.0',
  savedAt: new Date('2026-11-25T04:15:00Z'),
}
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="20" height="10" fill="#ff0000"/></svg>'

const pixelsOf = (svg: string): Buffer => Buffer.from(new Resvg(svg).render().pixels)

/** Chunks by the format's own definition. */
function chunksOf(png: Buffer): { type: string; data: Buffer; isWhole: boolean }[] {
  const chunks: { type: string; data: Buffer; isWhole: boolean }[] = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    const content = png.subarray(at + 4, at + 8 + length)
    const isWhole = zlib.crc32(content) === png.readUInt32BE(at + 8 + length)
    chunks.push({ type: content.toString('latin1', 0, 4), data: content.subarray(4), isWhole })
    at += 12 + length
  }
  return chunks
}

describe('the origin of a picture', () => {
  it('is the title and description of an SVG, which draws the same', () => {
    const svg = svgWithOrigin(SVG, ORIGIN)
    expect(svg).toContain('<title>VAA* &lt; 1 &amp; „ε“</title>')
    expect(svg).toContain('<desc>quick-20261125-041500-ab12-double. Warmup Lab 0.1.0, 2026-11-25T04:15:00.000Z</desc>')
    expect(pixelsOf(svg)).toEqual(pixelsOf(SVG))
    expect(() => svgWithOrigin('<p/>', ORIGIN)).toThrow('SVG')
  })

  it('stands in text chunks of a PNG, whose other chunks stay', () => {
    const png = Buffer.from(new Resvg(SVG).render().asPng())
    const chunks = chunksOf(Buffer.from(pngWithOrigin(png, ORIGIN)))
    expect(chunks.every(({ isWhole }) => isWhole)).toBe(true)
    const texts = chunks.filter(({ type }) => type === 'iTXt').map(({ data }) => data.toString('utf8').split('\0'))
    expect(texts.map((parts) => [parts[0], parts.at(-1)])).toEqual([
      ['Title', ORIGIN.title],
      ['Source', ORIGIN.source],
      ['Software', ORIGIN.software],
      ['Creation Time', '2026-11-25T04:15:00.000Z'],
    ])
    expect(chunks.filter(({ type }) => type !== 'iTXt')).toEqual(chunksOf(png))
    expect(chunks.map(({ type }) => type).slice(0, 2)).toEqual(['IHDR', 'iTXt'])
  })

  it('is the information of a PDF, as pdfinfo tells it', () => {
    installDebianPackage('poppler-utils', '/usr/bin/pdfinfo')
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'warmup-lab-pdf-')), 'figure.pdf')
    writeFileSync(file, svgToPdf(SVG, pdfInformation(ORIGIN)))
    const told = execFileSync('pdfinfo', ['-isodates', file], { encoding: 'utf8' })
    expect(told).toMatch(/^Title: +VAA\* < 1 & „ε“$/m)
    expect(told).toMatch(/^Subject: +quick-20261125-041500-ab12-double$/m)
    expect(told).toMatch(/^Creator: +Warmup Lab 0\.1\.0$/m)
    expect(told).toMatch(/^CreationDate: +2026-11-25T04:15:00/m)
  })
})
