/**
 * The network as data: layers of parts, a linear readout, and the flat list of its parameters and states. What a
 * backend compiles and what a checkpoint names. Holds no numbers.
 */
import type { CellProgram } from '../compiler/passes.ts'

/** `cell`: as the cell's file says. The others replace the values of every matrix; vectors keep the cell's own. */
export const INITIAL_SCHEMES = ['cell', 'xavier', 'orthogonal', 'uniform', 'identity'] as const

/** How a part's matrices are filled instead of the cell's own way. */
export interface InitialValueChoice {
  readonly scheme: (typeof INITIAL_SCHEMES)[number]
  /** Factor on the drawn matrices; for `uniform` the half-width is gain / sqrt(H). */
  readonly gain: number
  /** Values for the cell's named constants (`T_max`), over those of its file. */
  readonly constants: Readonly<Record<string, number>>
}

export const CELL_INITIAL_VALUES: InitialValueChoice = { scheme: 'cell', gain: 1, constants: {} }

/** One cell population of a layer. */
export interface PartSpec {
  readonly cell: CellProgram
  /** H of this part. */
  readonly units: number
  /** Whether warm-up changes it and VAA* compares its states. */
  readonly warm: boolean
  readonly initialValues: InitialValueChoice
}

export interface NetworkSpec {
  readonly inputSize: number
  readonly outputSize: number
  /** Layers from the input on; each is a list of parts whose outputs are concatenated in order. */
  readonly layers: readonly (readonly PartSpec[])[]
  readonly loss: 'mse' | 'cross-entropy'
  /** Probability that an output between two layers is dropped in training, in [0, 1). */
  readonly dropout: number
}

export interface Part extends PartSpec {
  readonly layerIndex: number
  readonly partIndex: number
  /** I of this part: the width of the layer's input. */
  readonly inputSize: number
  /** Column of the layer's output where this part's columns start: H for each of its outputs. */
  readonly outputOffset: number
  readonly outputSize: number
}

export interface Layer {
  readonly index: number
  readonly inputSize: number
  readonly outputSize: number
  readonly parts: readonly Part[]
}

/** A parameter: `layers.0.parts.1.U_h` or `readout.weight`. Matrices [out, in], vectors [out], numbers []. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
  /** The part that owns it; null for the readout. */
  readonly part: Part | null
  /** Its name in the cell's equations; `weight` or `bias` for the readout. */
  readonly symbol: string
  /** Keeps its initial values: no gradient, no optimiser. */
  readonly isFrozen: boolean
}

/** A state of a part in the order of comparison: layers, then parts, then the cell's states. */
export interface StateSlice {
  readonly layerIndex: number
  readonly partIndex: number
  readonly stateIndex: number
  readonly warm: boolean
  /** First column in the concatenation of all states. */
  readonly offset: number
  readonly size: number
}

export interface Network extends NetworkSpec {
  readonly wiredLayers: readonly Layer[]
  readonly parameters: readonly ParameterSpec[]
  readonly stateSlices: readonly StateSlice[]
  /** Width of the concatenation of all states. */
  readonly stateSize: number
}

/** The parts whose states VAA* compares: the warm ones, or all where a layer has none. */
export function comparedParts({ parts }: Layer): readonly Part[] {
  const warm = parts.filter((part) => part.warm)
  return warm.length > 0 ? warm : parts
}

/** The states of a part that are its output, and the column of the layer's output where each starts. */
export function outputColumns({
  cell,
  units,
  outputOffset,
}: Part): readonly { readonly state: number; readonly column: number }[] {
  return Array.from({ length: cell.outputCount }, (_, state) => ({ state, column: outputOffset + state * units }))
}

/** Wires layers, and lists parameters and states in their fixed order. */
export function createNetwork(spec: NetworkSpec): Network {
  const wiredLayers: Layer[] = []
  const parameters: ParameterSpec[] = []
  const stateSlices: StateSlice[] = []
  let stateSize = 0
  let inputSize = spec.inputSize
  spec.layers.forEach((partSpecs, layerIndex) => {
    let outputOffset = 0
    const parts = partSpecs.map((partSpec, partIndex): Part => {
      const outputSize = partSpec.cell.outputCount * partSpec.units
      const part: Part = { ...partSpec, layerIndex, partIndex, inputSize, outputOffset, outputSize }
      outputOffset += outputSize
      const sizeOf = { I: inputSize, H: part.units }
      for (const { symbol, dims, isFrozen } of part.cell.parameters)
        parameters.push({
          name: `layers.${layerIndex}.parts.${partIndex}.${symbol}`,
          shape: dims.map((dim) => sizeOf[dim]),
          part,
          symbol,
          isFrozen,
        })
      part.cell.states.forEach((_, stateIndex) => {
        stateSlices.push({ layerIndex, partIndex, stateIndex, warm: part.warm, offset: stateSize, size: part.units })
        stateSize += part.units
      })
      return part
    })
    wiredLayers.push({ index: layerIndex, inputSize, outputSize: outputOffset, parts })
    inputSize = outputOffset
  })
  parameters.push(
    { name: 'readout.weight', shape: [spec.outputSize, inputSize], part: null, symbol: 'weight', isFrozen: false },
    { name: 'readout.bias', shape: [spec.outputSize], part: null, symbol: 'bias', isFrozen: false },
  )
  return { ...spec, wiredLayers, parameters, stateSlices, stateSize }
}
