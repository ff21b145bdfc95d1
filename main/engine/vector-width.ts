/** Whether V8 may join pairs of the engine's 128-bit operations to 256-bit ones here: tried before it is trusted. */
import v8 from 'node:v8'
import { trainedBits } from '../../shared/backends/wasm/tune/self-test.ts'
import { PAIRED_VECTORS_TILE } from '../../shared/backends/wasm/wasm-backend.ts'

/** The first Node whose V8 knows the flag. */
const FIRST_NODE_WITH_REVECTORIZE = 24
const PAIRED = '--experimental-wasm-revectorize'
const SINGLE = '--no-experimental-wasm-revectorize'

/** Whether this V8 can join pairs at all. */
export function knowsPairedVectors(): boolean {
  const [major] = process.versions.node.split('.').map(Number)
  return major! >= FIRST_NODE_WITH_REVECTORIZE && process.arch === 'x64'
}

/** For modules compiled from then on. */
export function setPairedVectors(paired: boolean): void {
  v8.setFlagsFromString(paired ? PAIRED : SINGLE)
}

/** Runs with V8's optimising compiler alone: only that joins operations, and a first call is compiled by it. */
export async function withOptimisedCode<Result>(run: () => Promise<Result>): Promise<Result> {
  v8.setFlagsFromString('--no-liftoff')
  try {
    return await run()
  } finally {
    v8.setFlagsFromString('--liftoff')
  }
}

/** Trains a small network both ways and compares the bits. Call it in `withOptimisedCode`; leaves V8 set to either. */
export async function pairedVectorsAgree(): Promise<boolean> {
  setPairedVectors(false)
  const single = await trainedBits(PAIRED_VECTORS_TILE, 'single')
  setPairedVectors(true)
  const paired = await trainedBits(PAIRED_VECTORS_TILE, 'paired')
  return Buffer.from(single.buffer).equals(Buffer.from(paired.buffer))
}
