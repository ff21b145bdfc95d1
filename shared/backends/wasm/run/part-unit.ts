/**
 * The parts of a network as the engine works on them: layouts and flat parameters enter; each part's weights, masks and columns leave, and the
 * runs of its sequences in a lane's buffers.
 */
import type { VectorDim } from '../../../compiler/ir.ts'
import type { Network, Part } from '../../../networks/network.ts'
import type { Way } from '../../plan/places.ts'
import { parameterRanges } from '../../programs/parameter-ranges.ts'
import type { CompiledNetwork } from '../emit/kernels.ts'
import { sweepContexts, type SweepContext } from '../emit/sweep.ts'
import { partPrefix } from '../plan/network-layout.ts'
import { padTo } from '../plan/padding.ts'
import type { RunInput } from '../plan/part-buffers.ts'
import type { PartLayout } from '../plan/part-layout.ts'
import type { Lane } from '../plan/row-blocks.ts'
import type { FlatParameters } from './flat-parameters.ts'
import type { LayerInputs } from './layer-inputs.ts'
import type { LinearMemory, NamedBuffers } from './memory.ts'
import { PartRun } from './part-run.ts'
import { PartWeights } from './part-weights.ts'

/** What the replicas of an engine have in common. */
export interface WasmShared {
  readonly network: Network
  readonly compiled: CompiledNetwork
  readonly memory: LinearMemory
  /** Of the threads. */
  readonly workSpace: NamedBuffers
  /** Of each lane, by its place. */
  laneBuffers(place: number): NamedBuffers
  readonly threads: number
  /** Whether sequences of this size keep no saved values but compute them again on the way back. */
  isRecomputing(steps: number, batch: number): boolean
}

/** Where a replica works: threads, and the buffers that it shares with those of the same lane. */
export interface Place {
  readonly lane: Lane
  readonly buffers: NamedBuffers
  readonly inputs: LayerInputs
}

export interface PartUnit {
  readonly part: Part
  readonly layout: PartLayout
  readonly contexts: Readonly<Record<Way, SweepContext>>
  readonly weights: PartWeights
  readonly mask: Readonly<Record<VectorDim, number>>
  /** Columns of the part's states in state rows. */
  readonly stateOffsets: readonly number[]
}

/** @returns [layer][part] */
export function partUnits({ network, compiled, memory }: WasmShared, flat: FlatParameters): PartUnit[][] {
  const startOf = new Map(parameterRanges(network).map(({ name, start }) => [name, start]))
  return network.wiredLayers.map((layer) =>
    layer.parts.map((part): PartUnit => {
      const layout = compiled.layouts[layer.index]![part.partIndex]!
      const startOfParameter = (symbol: string): number =>
        startOf.get(`layers.${layer.index}.parts.${part.partIndex}.${symbol}`)!
      const sizes = { I: part.inputSize, H: part.units }
      const vectorSizes = new Map(
        part.cell.parameters
          .filter(({ dims }) => dims.length < 2)
          .map(({ symbol, dims: [dim] }) => [symbol, dim === undefined ? null : sizes[dim]]),
      )
      return {
        part,
        layout,
        contexts: sweepContexts(layout),
        weights: new PartWeights(memory, layout, vectorSizes, flat, startOfParameter, compiled.tile),
        mask: { I: writeMask(memory, part.inputSize), H: writeMask(memory, part.units) },
        stateOffsets: network.stateSlices
          .filter((slice) => slice.layerIndex === layer.index && slice.partIndex === part.partIndex)
          .map(({ offset }) => offset),
      }
    }),
  )
}

/** @param kind tells runs of different purposes apart, whose values must stay while the others work */
export function createRun(
  shared: WasmShared,
  buffers: NamedBuffers,
  kind: 'seq' | 'conv',
  { part, layout, contexts, weights, mask }: PartUnit,
  sizes: { steps: number; batch: number; saving: boolean; input: RunInput },
): PartRun {
  return new PartRun({
    name: `${kind}:${part.layerIndex}.${part.partIndex}`,
    prefix: partPrefix(part.layerIndex, part.partIndex),
    layout,
    contexts,
    weights,
    buffers,
    workSpace: shared.workSpace,
    tile: shared.compiled.tile,
    mask,
    recomputing: sizes.saving && shared.isRecomputing(sizes.steps, sizes.batch),
    ...sizes,
  })
}

/** All ones where a column has a meaning, zeros in the pad columns. */
function writeMask(memory: LinearMemory, size: number): number {
  const address = memory.allocate(padTo(size, 4) * 4)
  const bits = new Int32Array(memory.floats.buffer, address, padTo(size, 4))
  bits.fill(0)
  bits.fill(-1, 0, size)
  return address
}
