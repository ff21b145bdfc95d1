/** How fast a register tile is on this machine: the products of a step over time, timed for a few milliseconds. */
import { ModuleBuilder } from '../emit/module-builder.ts'
import { addProducts, MULTIPLY, type Tile, type VectorFeatures } from '../emit/products.ts'
import { padTo } from '../plan/padding.ts'

/** Rows that a thread has of a step, as a rule: the halves of 32 and 48 series. */
const ROWS = [16, 24]
const DEPTH = 256
const COLUMNS = 768
const CALLS_A_SAMPLE = 8
const SAMPLES = 6
/** Rows far enough apart that they do not fall into the same sets of the cache. */
const ROW_BYTES = 4 * (DEPTH + 16)
const TARGET_ROW_BYTES = 4 * (COLUMNS + 80)

/**
 * @param now ms
 * @returns ms of the products of both heights, the best of some samples
 */
export function tileMs(tile: Tile, features: VectorFeatures, now: () => number): number {
  const module = new ModuleBuilder()
  addProducts(module, tile, features)
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { host: { memory } })
  const multiply = exports[MULTIPLY] as (...args: number[]) => void
  const [operand, packed, target] = [1 << 16, 1 << 18, 1 << 21]
  const panels = padTo(COLUMNS, tile.columns) / tile.columns
  const sample = (): number => {
    const start = now()
    for (let call = 0; call < CALLS_A_SAMPLE; call++)
      for (const rows of ROWS)
        multiply(operand, ROW_BYTES, 0, packed, target, TARGET_ROW_BYTES, 0, 1, rows, panels, DEPTH, 0)
    return now() - start
  }
  sample()
  return Math.min(...Array.from({ length: SAMPLES }, sample))
}
