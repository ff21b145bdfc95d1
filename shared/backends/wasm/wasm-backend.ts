/** The wasm backend: float32 on generated WebAssembly, the embedded default. One thread. */
import type { Backend } from '../backend.ts'
import { ProgramEngine } from '../program-engine.ts'
import { compileNetwork, detectFeatures, type Kernel } from './kernels.ts'
import { LinearMemory, NamedBuffers } from './memory.ts'
import type { Tile } from './products.ts'
import { WasmRecurrence } from './wasm-recurrence.ts'

/** The fastest tile where V8 uses 128-bit vectors: twelve accumulators and their operands in sixteen registers. */
export const SINGLE_VECTORS_TILE: Tile = { rows: 6, columns: 8 }
/** The fastest where V8 joins pairs of vectors to 256 bits: the same twelve accumulators, twice as wide. */
export const PAIRED_VECTORS_TILE: Tile = { rows: 6, columns: 16 }

export function createWasmBackend(tile: Tile = SINGLE_VECTORS_TILE): Backend {
  return {
    name: 'wasm',
    precision: 'float32',
    createEngine: (network, replicas) => {
      const memory = new LinearMemory()
      const compiled = compileNetwork(network, tile, detectFeatures())
      const exports = new WebAssembly.Instance(compiled.module, { host: { memory: memory.memory } }).exports as Record<
        string,
        Kernel
      >
      const shared = { network, compiled, memory, buffers: new NamedBuffers(memory), exports }
      const recurrences = Array.from({ length: replicas }, () => new WasmRecurrence(shared))
      return Promise.resolve(
        new ProgramEngine(
          network,
          recurrences,
          (length) => new Float32Array(length),
          () => undefined,
        ),
      )
    },
  }
}

export const wasmBackend: Backend = createWasmBackend()
