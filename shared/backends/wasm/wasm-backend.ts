/** The wasm backend: float32 on generated WebAssembly, the embedded default. A team of threads shares the rows of a batch. */
import type { Backend } from '../backend.ts'
import type { MemoryPlan } from '../memory-plan.ts'
import { ProgramEngine } from '../programs/program-engine.ts'
import { compileNetwork, detectFeatures } from './emit/kernels.ts'
import type { Tile } from './emit/products.ts'
import { planMemory } from './plan/memory-plan.ts'
import { LinearMemory, NamedBuffers } from './run/memory.ts'
import type { WasmShared } from './run/part-unit.ts'
import { joinJobs, Tape } from './run/tape.ts'
import { ThreadTeam } from './run/thread-team.ts'
import { WasmRecurrence } from './run/wasm-recurrence.ts'

/**
 * Tiles worth trying, the likeliest first. 128-bit vectors: twelve accumulators and their operands in sixteen registers; more where
 * there are 32 (ARM).
 */
export const SINGLE_VECTORS_TILES: readonly Tile[] = [
  { rows: 6, columns: 8 },
  { rows: 4, columns: 8 },
  { rows: 8, columns: 8 },
  { rows: 4, columns: 16 },
]
/** Where V8 joins pairs of vectors to 256 bits: as many accumulators, twice as wide. */
export const PAIRED_VECTORS_TILES: readonly Tile[] = [
  { rows: 6, columns: 16 },
  { rows: 4, columns: 16 },
  { rows: 12, columns: 8 },
]
const [SINGLE_VECTORS_TILE] = SINGLE_VECTORS_TILES as [Tile, ...Tile[]]
export const [PAIRED_VECTORS_TILE] = PAIRED_VECTORS_TILES as [Tile, ...Tile[]]

export interface WasmOptions {
  readonly tile: Tile
  readonly team: ThreadTeam
  /** What an engine may take for a training step: where values kept for the way back would go beyond it, they are computed twice. */
  readonly memoryBytes: number
  /** Makes the bytes of the module its own. */
  readonly variant: string
}

/** Leaves a process under 2 GB. */
export const DEFAULT_MEMORY_BYTES = 1.5 * 2 ** 30

export function createWasmBackend(options: Partial<WasmOptions> = {}): Backend {
  const tile = options.tile ?? SINGLE_VECTORS_TILE
  const team = options.team ?? soloTeam()
  const memoryBytes = options.memoryBytes ?? DEFAULT_MEMORY_BYTES
  return {
    name: 'wasm',
    precision: 'float32',
    tracing: { start: async (spansAThread) => team.startTrace(spansAThread), stop: async () => team.stopTrace() },
    createEngine: async (network, replicas) => {
      const memory = new LinearMemory()
      const workSpace = new NamedBuffers(memory)
      const lanes: NamedBuffers[] = []
      const compiled = compileNetwork(network, tile, detectFeatures(), options.variant)
      const engine = await team.install(compiled.module, memory.memory)
      const tape = new Tape(team.threads, compiled.functions)
      const plans = new Map<string, MemoryPlan>()
      const planFor = (steps: number, batch: number): MemoryPlan => {
        const size = `${steps}x${batch}`
        const request = { steps, batch, replicas, threads: team.threads }
        const plan = plans.get(size) ?? planMemory(network, compiled, request, memoryBytes)
        plans.set(size, plan)
        return plan
      }
      const shared: WasmShared = {
        network,
        compiled,
        memory,
        workSpace,
        laneBuffers: (place) => (lanes[place] ??= new NamedBuffers(memory)),
        threads: team.threads,
        isRecomputing: (steps, batch) => !planFor(steps, batch).keepsValues,
      }
      return new ProgramEngine(
        network,
        Array.from({ length: replicas }, () => new WasmRecurrence(shared)),
        {
          run: (jobs) => {
            joinJobs(tape.clear(team.speeds.weights), jobs)
            const tapes = tape.write(workSpace, () => memory.integers)
            team.run(engine, tapes, tape.rows)
            for (const buffers of [workSpace, ...lanes]) buffers.releaseOutgrown()
          },
          sideBySide: ({ steps, batch }) => planFor(steps, batch).sideBySide,
          dispose: () => team.remove(engine),
          memoryBytes: () => memory.byteLength,
        },
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
