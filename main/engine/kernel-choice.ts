/**
 * Which of the generated kernels this machine runs fastest: the width of vectors is tried for equal bits, tiles are timed; both once a
 * machine and V8, and remembered in the user's cache. No result depends on the choice.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { detectFeatures } from '../../shared/backends/wasm/emit/kernels.ts'
import type { Tile } from '../../shared/backends/wasm/emit/products.ts'
import { tileMs } from '../../shared/backends/wasm/tune/tile-speed.ts'
import { PAIRED_VECTORS_TILES, SINGLE_VECTORS_TILES } from '../../shared/backends/wasm/wasm-backend.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { readRegularText } from '../store/regular-file.ts'
import { knowsPairedVectors, pairedVectorsAgree, setPairedVectors, withOptimisedCode } from './vector-width.ts'
import { LAB_VERSION } from './version.ts'

export interface KernelChoice {
  readonly pairedVectors: boolean
  readonly tile: Tile
}

/** The likeliest tile is left only for one that is faster by more than timing's noise. */
const CLEAR_GAIN = 1.05

const FILE = 'kernels.json'

/** What a choice holds for. */
const machineKey = (): string =>
  [LAB_VERSION, process.versions.v8, process.arch, os.cpus()[0]?.model ?? 'unknown processor'].join(' / ')

/** The remembered choice, or a new one; leaves V8 set to its width of vectors, for modules compiled from then on. */
export async function chooseKernels(folder: string): Promise<KernelChoice> {
  const file = path.join(folder, FILE)
  const known = await readChoice(file)
  if (known !== null) {
    if (knowsPairedVectors()) setPairedVectors(known.pairedVectors)
    return known
  }
  const choice = await tryKernels()
  await remember(file, choice)
  return choice
}

function tryKernels(): Promise<KernelChoice> {
  return withOptimisedCode(async () => {
    const pairedVectors = knowsPairedVectors() && (await pairedVectorsAgree())
    if (knowsPairedVectors()) setPairedVectors(pairedVectors)
    return { pairedVectors, tile: fastestTile(pairedVectors ? PAIRED_VECTORS_TILES : SINGLE_VECTORS_TILES) }
  })
}

function fastestTile(tiles: readonly Tile[]): Tile {
  const features = detectFeatures()
  const now = (): number => performance.now()
  const timed = tiles.map((tile) => ({ tile, ms: tileMs(tile, features, now) }))
  const fastest = timed.reduce((best, each) => (each.ms < best.ms ? each : best))
  return fastest.ms * CLEAR_GAIN < timed[0]!.ms ? fastest.tile : timed[0]!.tile
}

/** null for a choice of another machine, a damaged file or none: it is only a cache. */
async function readChoice(file: string): Promise<KernelChoice | null> {
  let json: unknown
  try {
    json = parseJson(await readRegularText(file))
  } catch {
    return null
  }
  const { machine, pairedVectors, tile } = (json ?? {}) as Partial<KernelChoice> & { machine?: unknown }
  if (machine !== machineKey() || typeof pairedVectors !== 'boolean') return null
  if (pairedVectors && !knowsPairedVectors()) return null
  const known = (pairedVectors ? PAIRED_VECTORS_TILES : SINGLE_VECTORS_TILES).find(
    ({ rows, columns }) => rows === tile?.rows && columns === tile.columns,
  )
  return known ? { pairedVectors, tile: known } : null
}

/** Replaced whole, as other processes may read it. */
async function remember(file: string, choice: KernelChoice): Promise<void> {
  const own = `${file}.${process.pid}`
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(own, `${JSON.stringify({ machine: machineKey(), ...choice }, null, 2)}\n`)
    await rename(own, file)
  } catch {
    // Where nothing can be remembered (a read-only home), the next process tries again.
  }
}
