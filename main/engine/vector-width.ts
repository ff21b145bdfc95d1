/** Whether V8 may join pairs of the engine's 128-bit operations to 256-bit ones here: tried before it is trusted. */
import v8 from 'node:v8'
import { trainedBits } from '../../shared/backends/wasm/self-test.ts'
import { PAIRED_VECTORS_TILE } from '../../shared/backends/wasm/wasm-backend.ts'

/** The first Node whose V8 knows the flag. */
const FIRST_NODE_WITH_REVECTORIZE = 24
const PAIRED = '--experimental-wasm-revectorize'
const SINGLE = '--no-experimental-wasm-revectorize'

/**
 * Trains a small network both ways and compares the bits; leaves V8 set to pairs when they are the same, and to single vectors
 * when they are not. For modules compiled from then on.
 */
export async function enablePairedVectors(): Promise<boolean> {
  const [major] = process.versions.node.split('.').map(Number)
  if (major! < FIRST_NODE_WITH_REVECTORIZE || process.arch !== 'x64') return false
  // Only the optimising compiler joins operations: without the other one, the first call is compiled by it.
  v8.setFlagsFromString('--no-liftoff')
  try {
    v8.setFlagsFromString(SINGLE)
    const single = await trainedBits(PAIRED_VECTORS_TILE, 'single')
    v8.setFlagsFromString(PAIRED)
    const paired = await trainedBits(PAIRED_VECTORS_TILE, 'paired')
    const agree = Buffer.from(single.buffer).equals(Buffer.from(paired.buffer))
    if (!agree) v8.setFlagsFromString(SINGLE)
    return agree
  } finally {
    v8.setFlagsFromString('--liftoff')
  }
}
