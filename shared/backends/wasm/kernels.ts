/** One WebAssembly module for a network: the products and sums that all parts share, and every part's fused kernels. */
import type { Network } from '../../networks/network.ts'
import { LabError } from '../../protocol/errors.ts'
import { ModuleBuilder } from './module-builder.ts'
import { addOptimizerKernels } from './optimizer-kernels.ts'
import { padTo, planPart, rowFloats, type PartPlan } from './part-plan.ts'
import { addPointwise } from './pointwise.ts'
import { addProducts, type Tile, type VectorFeatures } from './products.ts'
import { addRowOperations } from './rows.ts'
import { addSweeps } from './sweep.ts'

/** What is known of a network before any code is written. */
export interface NetworkPlan {
  /** [layer][part] */
  readonly plans: readonly (readonly PartPlan[])[]
  readonly tile: Tile
  /** Floats in a row of each layer's input. */
  readonly inputWidths: readonly number[]
}

export interface CompiledNetwork extends NetworkPlan {
  readonly module: WebAssembly.Module
  /** Index of every function in the module, by name. */
  readonly functions: ReadonlyMap<string, number>
}

/** What the names of a part's functions begin with. */
export const partPrefix = (layerIndex: number, partIndex: number): string => `l${layerIndex}p${partIndex}`

/** Whether this machine has fused multiply-add on vectors; found out by validating a module that uses it. */
export function detectFeatures(): VectorFeatures {
  const module = new ModuleBuilder()
  module.add('probe', 1, (f) => {
    const value = f.vectorLocal()
    f.get(value).get(value).get(value).simd('f32x4.relaxed_madd').set(value)
  })
  return { relaxedMultiplyAdd: WebAssembly.validate(module.bytes()) }
}

export function planNetwork(network: Network, tile: Tile): NetworkPlan {
  const inputWidths = network.wiredLayers.map(({ inputSize }) => rowFloats(padTo(inputSize, 4)))
  const plans = network.wiredLayers.map((layer) =>
    layer.parts.map((part, p) => planPart(part, inputWidths[layer.index]! * 4, tile, partPrefix(layer.index, p))),
  )
  return { plans, tile, inputWidths }
}

/** @param variant names an empty function, so that two modules of the same code differ */
export function compileNetwork(
  network: Network,
  tile: Tile,
  features: VectorFeatures,
  variant?: string,
): CompiledNetwork {
  const module = new ModuleBuilder()
  addProducts(module, tile, features)
  addRowOperations(module)
  addOptimizerKernels(module)
  const networkPlan = planNetwork(network, tile)
  for (const layer of network.wiredLayers)
    layer.parts.forEach((part, p) => {
      const plan = networkPlan.plans[layer.index]![p]!
      for (const stage of [...plan.forward, ...plan.backward])
        for (const kernel of stage.kernels) addPointwise(module, kernel, part.cell.forward.ir.nodes, features)
      addSweeps(module, plan, part.cell.states.length, partPrefix(layer.index, p))
    })
  if (variant !== undefined) module.add(`variant:${variant}`, 0, () => undefined)
  const functions = new Map(module.names.map((name, index) => [name, index]))
  return { ...networkPlan, module: compileModule(module.bytes()), functions }
}

/** WebAssembly bounds what one function may take and hold, and a cell's text may ask for more. @throws LabError `backend` */
function compileModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes)
  } catch (cause) {
    throw new LabError('backend', 'The wasm engine cannot hold the cells of this network.', {
      expected: 'cells that keep some hundred values of a step for the way back',
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Shorten the largest cell, or train it on the reference backend.',
      cause,
    })
  }
}
