/**
 * The scale of the benchmark, as a process of its own: finds the best register tile, then answers each line with what
 * that tile reaches now, one thread. First line: {"tile", "gflops"}; answers: {"gflops"}.
 */
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { MEMORY_PAGES, tileModule, type TileShape } from './tile-module.ts'

/** A product as a step over time has it: 16 to 24 series, 256 units, three gates of 256. */
const K = 256
const N = 768
const SHAPES: readonly (TileShape & { readonly batch: number })[] = [
  { rows: 4, columns: 8, unroll: 4, batch: 16 },
  { rows: 6, columns: 8, unroll: 4, batch: 18 },
  { rows: 4, columns: 16, unroll: 4, batch: 16 },
  { rows: 6, columns: 16, unroll: 2, batch: 18 },
  { rows: 6, columns: 16, unroll: 4, batch: 18 },
  { rows: 8, columns: 8, unroll: 4, batch: 16 },
  { rows: 8, columns: 16, unroll: 2, batch: 16 },
  { rows: 12, columns: 8, unroll: 2, batch: 24 },
]
/** Enough for V8 to order its better code, and the time that this takes in the background. */
const CALLS_TO_TIER_UP = 300
const TIER_UP_MS = 300
const SAMPLES = 15
const CALLS_A_SAMPLE = 50
const [A_BYTES, B_BYTES, C_BYTES] = [0, 1 << 16, 1 << 22]

const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true })
const floats = new Float32Array(memory.buffer)
for (let i = 0; i < floats.length; i++) floats[i] = Math.sin(i) * 0.1

function compile(shape: TileShape & { readonly batch: number }): () => void {
  const module = new WebAssembly.Module(tileModule(shape))
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  const product = exports.product as (...values: number[]) => void
  const [tiles, panels] = [shape.batch / shape.rows, N / shape.columns]
  const run = (): void => product(A_BYTES, B_BYTES, C_BYTES, tiles, panels, K, K * 4, N * 4)
  run()
  requireRightProduct(shape.columns)
  return run
}

/** A scale that computes something else would be worth nothing. */
function requireRightProduct(columns: number): void {
  let expected = 0
  for (let k = 0; k < K; k++) expected += floats[A_BYTES / 4 + k]! * floats[B_BYTES / 4 + k * columns]!
  const found = floats[C_BYTES / 4]!
  if (!(Math.abs(found - expected) < 1e-4)) throw new Error(`The tile's product is ${found} instead of ${expected}.`)
}

/** The best of a few samples, in GFLOP/s. */
function measure(run: () => void, batch: number): number {
  let bestMs = Infinity
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = performance.now()
    for (let call = 0; call < CALLS_A_SAMPLE; call++) run()
    bestMs = Math.min(bestMs, (performance.now() - start) / CALLS_A_SAMPLE)
  }
  return (2 * batch * N * K) / bestMs / 1e6
}

let best: { tile: string; gflops: number; again: () => number } | null = null
for (const shape of SHAPES) {
  const run = compile(shape)
  for (let call = 0; call < CALLS_TO_TIER_UP; call++) run()
  await sleep(TIER_UP_MS)
  const again = (): number => measure(run, shape.batch)
  const gflops = again()
  const tile = `${shape.rows}x${shape.columns} unrolled ${shape.unroll}`
  if (best === null || gflops > best.gflops) best = { tile, gflops, again }
}
const { tile, gflops, again } = best!
const answer = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`)
answer({ tile, gflops })
for await (const line of createInterface({ input: process.stdin })) if (line !== '') answer({ gflops: again() })
