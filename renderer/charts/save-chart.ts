/** A chart as a file for a paper: an option enters, a picture with its legend and labels leaves, drawn anew at a size of its own. */
import { init } from 'echarts/core'
import type { EChartsCoreOption } from 'echarts/core'

const WIDTH = 900
const HEIGHT = 620
/** Dots to a unit of the size: 300 to the inch at the width of a page. */
const PICTURE_SCALE = 3

export function chartAsSvg(option: EChartsCoreOption): Uint8Array {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  try {
    chart.setOption({ ...option, backgroundColor: '#ffffff' })
    return new TextEncoder().encode(chart.renderToSVGString())
  } finally {
    chart.dispose()
  }
}

export async function chartAsPng(option: EChartsCoreOption): Promise<Uint8Array> {
  const canvas = document.createElement('canvas')
  const chart = init(canvas, null, {
    renderer: 'canvas',
    width: WIDTH,
    height: HEIGHT,
    devicePixelRatio: PICTURE_SCALE,
  })
  try {
    chart.setOption({ ...option, backgroundColor: '#ffffff' })
    const blob = await new Promise<Blob | null>((resolve) =>
      chart.getZr().flush() === undefined ? canvas.toBlob(resolve, 'image/png') : resolve(null),
    )
    if (blob === null) throw new Error('The browser cannot make a PNG of this chart.')
    return new Uint8Array(await blob.arrayBuffer())
  } finally {
    chart.dispose()
  }
}
