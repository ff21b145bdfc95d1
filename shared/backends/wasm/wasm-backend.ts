/** The wasm backend: float32 on generated WebAssembly, the embedded default. A team of threads shares the rows of a batch. */
import type { Backend } from '../backend.ts'
import { ProgramEngine } from '../program-engine.ts'
import { compileNetwork, detectFeatures } from './kernels.ts'
import { LinearMemory, NamedBuffers } from './memory.ts'
import type { Tile } from './products.ts'
import { Tape } from './tape.ts'
import { ThreadTeam } from './thread-team.ts'
import { WasmRecurrence, type WasmShared } from './wasm-recurrence.ts'

/** The fastest tile where V8 uses 128-bit vectors: twelve accumulators and their operands in sixteen registers. */
export const SINGLE_VECTORS_TILE: Tile = { rows: 6, columns: 8 }
/** The fastest where V8 joins pairs of vectors to 256 bits: the same twelve accumulators, twice as wide. */
export const PAIRED_VECTORS_TILE: Tile = { rows: 6, columns: 16 }

export interface WasmOptions {
  readonly tile: Tile
  readonly team: ThreadTeam
  /** Saved values of a sequence may take so much memory; beyond that they are computed twice instead. */
  readonly savedBytesLimit: number
  /** Makes the bytes of the module its own. */
  readonly variant: string
}

export function createWasmBackend(options: Partial<WasmOptions> = {}): Backend {
  const tile = options.tile ?? SINGLE_VECTORS_TILE
  const team = options.team ?? soloTeam()
  const savedBytesLimit = options.savedBytesLimit ?? 1e9
  return {
    name: 'wasm',
    precision: 'float32',
    tracing: { start: (spansAThread) => team.startTrace(spansAThread), stop: () => team.stopTrace() },
    createEngine: async (network, replicas) => {
      const memory = new LinearMemory()
      const buffers = new NamedBuffers(memory)
      const compiled = compileNetwork(network, tile, detectFeatures(), options.variant)
      const engine = await team.install(compiled.module, memory.memory)
      const savedRowBytes = compiled.plans
        .flat()
        .flatMap(({ buffers: plans }) => [...plans.values()])
        .reduce((sum, { width, extent }) => sum + (extent === 'sequence' ? 4 * width : 0), 0)
      const shared: WasmShared = {
        network,
        compiled,
        memory,
        buffers,
        threads: team.threads,
        tape: new Tape(team.threads, compiled.functions),
        run: (tape) => {
          const tapes = tape.write(buffers, () => memory.integers)
          team.run(engine, tapes)
          buffers.releaseOutgrown()
        },
        isRecomputing: (rows) => rows * savedRowBytes > savedBytesLimit,
      }
      return new ProgramEngine(
        network,
        Array.from({ length: replicas }, () => new WasmRecurrence(shared)),
        (length) => new Float32Array(length),
        () => team.remove(engine),
      )
    },
  }
}

/** The caller's thread alone. */
function soloTeam(): ThreadTeam {
  return new ThreadTeam(
    1,
    () => {
      throw new TypeError('one thread has no members')
    },
    () => 0,
  )
}

export const wasmBackend: Backend = createWasmBackend()
