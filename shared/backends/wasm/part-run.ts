/**
 * One part over a sequence: the loop over time that calls products and fused kernels. Everything about addresses is worked
 * out before the loop. A chunk of steps shares its input products and its gradients' products.
 */
import type { CellProgram } from '../../compiler/passes.ts'
import type { Kernel } from './kernels.ts'
import type { NamedBuffers } from './memory.ts'
import type { PartPlan, ProductPlan, StagePlan } from './part-plan.ts'
import type { PackedProject, PartWeights } from './part-weights.ts'
import { pointwiseBuffers } from './pointwise.ts'
import type { Tile } from './products.ts'

/** Rows (steps times series) of a chunk: its adjoints stay in the second-level cache. */
const CHUNK_ROWS = 256

/** Where a buffer is at step t, the k-th of its chunk: base + t * perStep + k * perChunkStep. */
interface Address {
  base: number
  readonly perStep: number
  readonly perChunkStep: number
}

interface KernelCall {
  readonly kernel: Kernel
  readonly addresses: readonly Address[]
  readonly arguments: number[]
}

interface ProductCall {
  readonly operand: Address
  readonly operandOffset: number
  readonly operandStride: number
  readonly packed: number
  readonly panels: number
  readonly depth: number
  readonly target: Address
}

interface StageCalls {
  readonly products: readonly ProductCall[]
  readonly kernels: readonly KernelCall[]
}

/** The constant or varying input of a run. */
export interface RunInput {
  readonly address: number
  readonly rowBytes: number
  /** 0 for a constant input. */
  readonly stepBytes: number
}

/** Adds what enters at the states after step t to `stateAdjoints` (addresses of [B, H] rows). */
export type Inject = (t: number, stateAdjoints: readonly number[]) => void

export interface PartRunSetup {
  readonly name: string
  readonly plan: PartPlan
  readonly cell: CellProgram
  readonly weights: PartWeights
  readonly buffers: NamedBuffers
  readonly exports: Readonly<Record<string, Kernel>>
  readonly tile: Tile
  readonly mask: Readonly<Record<'I' | 'H', number>>
  readonly steps: number
  readonly batch: number
  readonly saving: boolean
  readonly input: RunInput
}

export class PartRun {
  readonly chunkSteps: number
  readonly #setup: PartRunSetup
  readonly #addresses = new Map<string, Address>()
  readonly #forward: readonly StageCalls[]
  #backward: readonly StageCalls[] | null = null

  constructor(setup: PartRunSetup) {
    this.#setup = setup
    this.chunkSteps = Math.max(1, Math.min(setup.steps, Math.floor(CHUNK_ROWS / setup.batch)))
    this.#forward = setup.plan.forward.map((stage) => this.#bind(stage))
  }

  /** Address of state `state` after `t` steps: [B, padded H]. */
  stateAddress(state: number, t: number): number {
    const { base, perStep } = this.#address(`s${state}`)
    return base + t * perStep
  }

  get stateRowBytes(): number {
    return this.#setup.plan.paddedUnits * 4
  }

  /** Runs all steps from the states at time 0. */
  forward(): void {
    const { steps } = this.#setup
    for (let start = 0; start < steps; start += this.chunkSteps) {
      const count = Math.min(this.chunkSteps, steps - start)
      this.projectInputs(start, count)
      for (let k = 0; k < count; k++) this.step(start + k, k)
    }
  }

  /** Input products of `count` steps from `start` on; once for a constant input. */
  projectInputs(start: number, count: number): void {
    const { weights, exports, batch, input, tile } = this.#setup
    if (input.stepBytes === 0 && start > 0) return
    const rows = (input.stepBytes === 0 ? 1 : count) * batch
    for (const packed of weights.projects.values()) {
      if (!packed.plan.isPre) continue
      const target = this.#address(`pre${packed.plan.project}`).base
      exports.multiplyRows!(
        input.address + start * input.stepBytes,
        input.rowBytes,
        packed.forward,
        target,
        packed.forwardPanels * tile.columns * 4,
        rows,
        packed.forwardPanels,
        packed.forwardDepth,
        0,
      )
    }
  }

  /** Step t, the k-th of its chunk. */
  step(t: number, k: number): void {
    for (const stage of this.#forward) this.#runStage(stage, t, k)
  }

  /**
   * Walks the steps in reverse; adds to the weights' gradients.
   * @param inputAdjoint adds the adjoint of the input of a chunk: receives its first step and the number of steps
   * @returns addresses of the adjoints of the initial states
   */
  backward(
    inject: Inject,
    truncateEvery: number | null,
    inputAdjoint: ((start: number, count: number) => void) | null,
  ): number[] {
    const { steps, batch, cell, exports } = this.#setup
    this.#backward ??= this.#setup.plan.backward.map((stage) => this.#bind(stage))
    const states = cell.states.map((_, s) => s)
    const before = states.map((s) => this.#address(`d${s}`))
    const after = states.map((s) => this.#address(`e${s}`))
    const bytes = batch * this.stateRowBytes
    for (const { base } of before) exports.clear!(base, bytes / 16)
    for (
      let start = Math.floor((steps - 1) / this.chunkSteps) * this.chunkSteps;
      start >= 0;
      start -= this.chunkSteps
    ) {
      const count = Math.min(this.chunkSteps, steps - start)
      for (let k = count - 1; k >= 0; k--) {
        const t = start + k
        inject(
          t,
          before.map(({ base }) => base),
        )
        for (const stage of this.#backward) this.#runStage(stage, t, k)
        if (truncateEvery !== null && t % truncateEvery === 0)
          for (const { base } of after) exports.clear!(base, bytes / 16)
        for (const s of states) {
          const held = before[s]!.base
          before[s]!.base = after[s]!.base
          after[s]!.base = held
        }
      }
      this.#addGradients(start, count)
      inputAdjoint?.(start, count)
    }
    return before.map(({ base }) => base)
  }

  /** The adjoints of a chunk's input products: for the caller to bring them to the input. */
  inputProducts(): { packed: PackedProject; adjoint: number; adjointStride: number }[] {
    return [...this.#setup.weights.projects.values()]
      .filter(({ plan }) => plan.operandIsInput)
      .map((packed) => ({
        packed,
        adjoint: this.#address(`D${packed.plan.project}`).base,
        adjointStride: packed.gradientRows * 4,
      }))
  }

  /** Where the adjoint of the input from inside the steps stands, if the cell has one. */
  get innerInputAdjoint(): number | null {
    return this.#setup.plan.inputAdjoint ? this.#address('E').base : null
  }

  /** Gradients of matrices and vectors over a chunk. */
  #addGradients(start: number, count: number): void {
    const { weights, exports, batch, plan, input, tile } = this.#setup
    const rows = count * batch
    for (const packed of weights.projects.values()) {
      const { gradientOperand, operandIsInput, project } = packed.plan
      const adjoint = this.#address(`D${project}`).base
      const stride = packed.gradientRows * 4
      const panels = packed.gradientWidth / tile.columns
      if (operandIsInput && input.stepBytes === 0) {
        // A constant input: the sum over rows first, then one outer product.
        const sums = this.#setup.buffers.get(`${this.#setup.name}:sums${project}`, stride)
        exports.clear!(sums, stride / 16)
        exports.sumRows!(sums, adjoint, stride, rows, stride / 16)
        exports.addOuter!(
          sums,
          stride,
          packed.gradientRows,
          input.address,
          0,
          panels,
          packed.gradient,
          packed.gradientWidth * 4,
          1,
        )
        continue
      }
      const operand = this.#address(gradientOperand.buffer)
      const address = operand.base + start * operand.perStep + 4 * gradientOperand.column
      exports.addOuter!(
        adjoint,
        stride,
        packed.gradientRows,
        address,
        gradientOperand.rowBytes,
        panels,
        packed.gradient,
        packed.gradientWidth * 4,
        rows,
      )
    }
    for (const { symbol, place, size } of plan.vectorSums)
      exports.sumRows!(
        weights.vectorSums.get(symbol)!,
        this.#address(place.buffer).base + 4 * place.column,
        place.rowBytes,
        rows,
        Math.ceil(size / 4),
      )
  }

  #runStage({ products, kernels }: StageCalls, t: number, k: number): void {
    const { batch } = this.#setup
    const multiply = this.#setup.exports.multiplyRows!
    for (const { operand, operandOffset, operandStride, packed, panels, depth, target } of products)
      multiply(
        at(operand, t, k) + operandOffset,
        operandStride,
        packed,
        at(target, t, k),
        panels * this.#setup.tile.columns * 4,
        batch,
        panels,
        depth,
        0,
      )
    for (const { kernel, addresses, arguments: list } of kernels) {
      for (let i = 0; i < addresses.length; i++) list[i] = at(addresses[i]!, t, k)
      kernel(...list)
    }
  }

  #bind({ products, kernels }: StagePlan): StageCalls {
    return {
      products: products.map((product) => this.#bindProduct(product)),
      kernels: kernels.map((plan): KernelCall => {
        const addresses = pointwiseBuffers(plan).map((buffer) =>
          buffer === 'mask' ? this.#maskAddress(plan.name.endsWith('H') ? 'H' : 'I') : this.#address(buffer),
        )
        return {
          kernel: this.#setup.exports[plan.name]!,
          addresses,
          arguments: [...addresses.map(() => 0), this.#setup.batch],
        }
      }),
    }
  }

  #bindProduct({ project, operand, direction, target }: ProductPlan): ProductCall {
    const packed = this.#setup.weights.projects.get(project)!
    return {
      operand: this.#address(operand.buffer),
      operandOffset: 4 * operand.column,
      operandStride: operand.rowBytes,
      packed: packed[direction],
      panels: direction === 'forward' ? packed.forwardPanels : packed.backwardPanels,
      depth: direction === 'forward' ? packed.forwardDepth : packed.backwardDepth,
      target: this.#address(target),
    }
  }

  #maskAddress(dim: 'I' | 'H'): Address {
    return { base: this.#setup.mask[dim], perStep: 0, perChunkStep: 0 }
  }

  #address(buffer: string): Address {
    const known = this.#addresses.get(buffer)
    if (known) return known
    const address = this.#place(buffer)
    this.#addresses.set(buffer, address)
    return address
  }

  #place(buffer: string): Address {
    const { plan, buffers, batch, steps, saving, input, weights, name } = this.#setup
    if (buffer === 'x') return { base: input.address, perStep: input.stepBytes, perChunkStep: 0 }
    if (buffer.startsWith('v:'))
      return { base: weights.vectors.get(buffer.slice(2))!.address, perStep: 0, perChunkStep: 0 }
    if (buffer.startsWith('n')) {
      const { base, perStep } = this.#address(`s${buffer.slice(1)}`)
      return { base: base + perStep, perStep, perChunkStep: 0 }
    }
    const { width, extent } = plan.buffers.get(buffer)!
    const stepBytes = batch * width * 4
    const get = (count: number): number => buffers.get(`${name}:${buffer}`, count * stepBytes)
    switch (extent) {
      case 'history':
        return { base: get(steps + 1), perStep: stepBytes, perChunkStep: 0 }
      case 'sequence':
        return saving
          ? { base: get(steps), perStep: stepBytes, perChunkStep: 0 }
          : { base: get(1), perStep: 0, perChunkStep: 0 }
      case 'chunk':
        // Values of a constant input's products are one step's rows, read again at every step.
        return {
          base: get(this.chunkSteps),
          perStep: 0,
          perChunkStep: buffer.startsWith('pre') && input.stepBytes === 0 ? 0 : stepBytes,
        }
      default:
        return { base: get(1), perStep: 0, perChunkStep: 0 }
    }
  }
}

function at({ base, perStep, perChunkStep }: Address, t: number, k: number): number {
  return base + t * perStep + k * perChunkStep
}
