/** One WebAssembly module for a network: the products and sums that all parts share, and every part's fused kernels. */
import type { Network } from '../../../networks/network.ts'
import { LabError } from '../../../errors/errors.ts'
import { layNetwork, partPrefix, type NetworkLayout } from '../plan/network-layout.ts'
import { ModuleBuilder } from './module-builder.ts'
import { addOptimizerKernels } from './optimizer-kernels.ts'
import { addPointwise } from './pointwise.ts'
import { addProducts, type Tile, type VectorFeatures } from './products.ts'
import { addRowOperations } from './rows.ts'
import { addSweeps } from './sweep.ts'

export interface CompiledNetwork extends NetworkLayout {
  readonly module: WebAssembly.Module
  /** Index of every function in the module, by name. */
  readonly functions: ReadonlyMap<string, number>
}

/** Whether this machine has fused multiply-add on vectors; found out by validating a module that uses it. */
export function detectFeatures(): VectorFeatures {
  const module = new ModuleBuilder()
  module.add('probe', 1, (f) => {
    const value = f.vectorLocal()
    f.get(value).get(value).get(value).simd('f32x4.relaxed_madd').set(value)
  })
  return { relaxedMultiplyAdd: WebAssembly.validate(module.bytes()) }
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
  const networkLayout = layNetwork(network, tile)
  for (const layer of network.wiredLayers)
    layer.parts.forEach((part, p) => {
      const layout = networkLayout.layouts[layer.index]![p]!
      for (const stage of [...layout.forward, ...layout.backward])
        for (const kernel of stage.kernels) addPointwise(module, kernel, part.cell.forward.ir.nodes, features)
      addSweeps(module, layout, partPrefix(layer.index, p))
    })
  if (variant !== undefined) module.add(`variant:${variant}`, 0, () => undefined)
  const functions = new Map(module.names.map((name, index) => [name, index]))
  return { ...networkLayout, module: compileModule(module.bytes()), functions }
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
