/** A chart as a file for a paper: an option enters, a picture with its legend and labels leaves, drawn anew at a size of its own. */
import { init } from 'echarts/core'
import type { EChartsCoreOption } from 'echarts/core'
import { PICTURE_GROUND } from './chart-tokens.ts'
import { pdfInformation, pngWithOrigin, svgWithOrigin, type PictureOrigin } from './picture-origin.ts'
import { svgToPdf } from './svg-to-pdf.ts'

export type PictureFormat = 'png' | 'svg' | 'pdf'

export interface PictureSize {
  readonly width: number
  readonly height: number
}

export const DEFAULT_PICTURE_SIZE: PictureSize = { width: 900, height: 620 }
/** Dots to a unit of the size: 300 to the inch at the width of a page. */
const PICTURE_SCALE = 3

export const MEDIA_TYPES: Readonly<Record<PictureFormat, string>> = {
  png: 'image/png',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
}

export async function savedFigure(
  option: EChartsCoreOption,
  format: PictureFormat,
  origin: PictureOrigin,
  size = DEFAULT_PICTURE_SIZE,
): Promise<{ bytes: Uint8Array; mediaType: string }> {
  const bytes =
    format === 'png'
      ? pngWithOrigin(await chartAsPng(option, size), origin)
      : format === 'svg'
        ? new TextEncoder().encode(svgWithOrigin(chartAsSvg(option, size), origin))
        : svgToPdf(chartAsSvg(option, size), pdfInformation(origin))
  return { bytes, mediaType: MEDIA_TYPES[format] }
}

function chartAsSvg(option: EChartsCoreOption, size: PictureSize): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({ ...option, backgroundColor: PICTURE_GROUND })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

async function chartAsPng(option: EChartsCoreOption, size: PictureSize): Promise<Uint8Array> {
  const canvas = document.createElement('canvas')
  const chart = init(canvas, null, { renderer: 'canvas', ...size, devicePixelRatio: PICTURE_SCALE })
  try {
    chart.setOption({ ...option, backgroundColor: PICTURE_GROUND })
    const blob = await new Promise<Blob | null>((resolve) =>
      chart.getZr().flush() === undefined ? canvas.toBlob(resolve, 'image/png') : resolve(null),
    )
    if (blob === null) throw new Error('The browser cannot make a PNG of this chart.')
    return new Uint8Array(await blob.arrayBuffer())
  } finally {
    chart.dispose()
  }
}
