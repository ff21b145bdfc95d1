/** What a bare register tile reaches on this machine, measured beside every case: the scale of the share of the peak. */
import path from 'node:path'
import { LineServer } from './line-server.ts'
import type { Contestant } from './measure.ts'

export interface TilePeak {
  /** The best tile's shape. */
  readonly tile: string
  /** One turn in a round; the time itself is not used. */
  readonly contestant: Contestant
  /** The best since the last call (or the start), GFLOP/s, one thread. */
  takeBestGflops(): number
  close(): void
}

/** V8 joins pairs of 128-bit operations to 256-bit ones with this flag, correctly from Node 24 on. */
const canPair = Number(process.versions.node.split('.')[0]) >= 24 && process.arch === 'x64'

export async function startTilePeak(): Promise<TilePeak> {
  const server = await LineServer.start<{ tile: string; gflops: number }, object, { gflops: number }>(
    'tile',
    process.execPath,
    [...(canPair ? ['--experimental-wasm-revectorize'] : []), path.join(import.meta.dirname, 'tile-server.ts')],
  )
  let bestGflops = 0
  return {
    tile: server.hello.tile,
    contestant: {
      name: 'tile',
      time: async (steps) => {
        const { gflops } = await server.ask({})
        bestGflops = Math.max(bestGflops, gflops)
        return Array<number>(steps).fill(0)
      },
    },
    takeBestGflops: () => {
      const best = bestGflops || server.hello.gflops
      bestGflops = 0
      return best
    },
    close: () => server.close(),
  }
}
