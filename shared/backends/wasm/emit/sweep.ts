/**
 * A part's loop over time as one WebAssembly function for each way, so that a step costs no call from JavaScript. A sweep
 * takes its addresses from a context in memory: for every buffer that its steps read or write two words, the address at
 * the first step and the bytes from one step to the next (negative on the way back), then one word per packed matrix.
 */
import type { NodeId } from '../../../compiler/ir.ts'
import type { Placement } from '../../plan/placement.ts'
import type { ValueBuffer, Way } from '../../plan/places.ts'
import type { PartLayout, StageLayout } from '../plan/part-layout.ts'
import type { FunctionBuilder, Local, ModuleBuilder } from './module-builder.ts'
import { pointwiseBuffers, type ColumnMask } from './pointwise.ts'
import { MULTIPLY } from './products.ts'

/** What a sweep wants an address of; `above` is the adjoint of the outputs from the layer above. */
export type SweepBuffer = ValueBuffer | ColumnMask | 'above'

/** What a context must hold, in order. */
export interface SweepContext {
  /** Two words each. */
  readonly buffers: readonly SweepBuffer[]
  /** Projects whose packed weights are needed: one word each. */
  readonly projects: readonly NodeId[]
}

/** A row that enters at a state's adjoint: step of the call, state, byte offset in the state's rows of the block, address of the row. */
export const INJECTION_WORDS = 4
/** In place of an injection's row: the adjoints of all states are cleared there, before anything enters at the step. No row has this address. */
export const OPENING = 0
/** Ends a list of injections: no step has this number. */
export const NO_INJECTION = -1

export const sweepName = (prefix: string, way: Way): string => `${prefix}${way}`

const WORD_BYTES = 4
const BUFFER_BYTES = 2 * WORD_BYTES

/** The buffers and weights that the stages use, in a fixed order. */
function sweepContext(stages: readonly StageLayout[], extra: readonly SweepBuffer[]): SweepContext {
  const buffers = new Set(extra)
  const projects = new Set<NodeId>()
  for (const { products, sums, kernels } of stages) {
    for (const { operand, target, project } of products) {
      buffers.add(operand.buffer).add(target.buffer)
      projects.add(project)
    }
    for (const { operand, target } of sums) buffers.add(operand.buffer).add(target.buffer)
    for (const kernel of kernels) for (const buffer of pointwiseBuffers(kernel)) buffers.add(buffer)
  }
  return { buffers: [...buffers], projects: [...projects] }
}

/** The contexts of a part's two sweeps. */
export function sweepContexts({ placement, forward, backward }: PartLayout): Readonly<Record<Way, SweepContext>> {
  return { forward: sweepContext(forward, []), backward: sweepContext(backward, backwardExtras(placement)) }
}

/** What the backward sweep reads besides its stages, before all else: adjoints of all states, and the outputs' adjoint from the layer above. */
function backwardExtras({ states }: Placement): SweepBuffer[] {
  return [...states.flatMap(({ adjointAfter, adjointBefore }) => [adjointAfter, adjointBefore]), 'above']
}

/**
 * Adds `<prefix>forward(context, steps, rows)` and `<prefix>backward(context, steps, rows, aboveRowBytes)`. The kernels and products they call must
 * be in the module already. `aboveRowBytes` 0: nothing comes from above. The backward context is followed by a list of openings and injections
 * sorted by step, the last step first, ended by NO_INJECTION. Adjoints of states stand in `adjointAfter` at first and after an even number of
 * steps, in `adjointBefore` after an odd one.
 */
export function addSweeps(module: ModuleBuilder, part: PartLayout, prefix: string): void {
  const contexts = sweepContexts(part)
  const { states, outputCount } = part.placement
  module.add(sweepName(prefix, 'forward'), 3, (f) => {
    const [context, steps, rows] = [f.parameter(0), f.parameter(1), f.parameter(2)]
    const layout = contexts.forward
    const addresses = loadAddresses(f, context, layout)
    f.loop(() => {
      for (const stage of part.forward) writeStage(module, f, stage, part, { context, layout, addresses, rows })
      advanceAddresses(f, context, layout, addresses)
      f.get(steps).constant(1).integer('sub').tee(steps)
    })
  })
  module.add(sweepName(prefix, 'backward'), 4, (f) => {
    const [context, steps, rows, aboveRowBytes] = [0, 1, 2, 3].map((index) => f.parameter(index)) as [
      Local,
      Local,
      Local,
      Local,
    ]
    const layout = contexts.backward
    const addresses = loadAddresses(f, context, layout)
    const held = f.integerLocal()
    const injections = f.integerLocal()
    f.get(context)
      .constant(layout.buffers.length * BUFFER_BYTES + layout.projects.length * WORD_BYTES)
      .integer('add')
      .set(injections)
    const stateRowBytes = f.integerLocal()
    f.constant(part.stateFloats * 4).set(stateRowBytes)
    f.loop(() => {
      f.get(steps).constant(1).integer('sub').set(steps)
      f.whileLoop(
        () =>
          f
            .get(injections)
            .loadInteger(0)
            .get(steps)
            .integer('eq')
            .get(injections)
            .loadInteger(3 * WORD_BYTES)
            .constant(OPENING)
            .integer('eq')
            .integer('and'),
        () => {
          for (const { adjointAfter } of states)
            f.get(addresses.get(adjointAfter)!)
              .get(injections)
              .loadInteger(2 * WORD_BYTES)
              .integer('add')
              .constant(part.stateFloats / 4)
              .call(module.indexOf('clear'))
          f.advance(injections, INJECTION_WORDS * WORD_BYTES)
        },
      )
      f.get(aboveRowBytes).when(() => {
        for (let output = 0; output < outputCount; output++)
          f.get(addresses.get(states[output]!.adjointAfter)!)
            .get(stateRowBytes)
            .get(addresses.get('above')!)
            .constant(4 * output * part.units)
            .integer('add')
            .get(aboveRowBytes)
            .get(rows)
            .constant(part.units)
            .call(module.indexOf('addRows'))
      })
      f.whileLoop(
        () => f.get(injections).loadInteger(0).get(steps).integer('eq'),
        () => {
          states.forEach(({ adjointAfter }, state) =>
            f
              .get(injections)
              .loadInteger(WORD_BYTES)
              .constant(state)
              .integer('eq')
              .when(() =>
                f
                  .get(addresses.get(adjointAfter)!)
                  .get(injections)
                  .loadInteger(2 * WORD_BYTES)
                  .integer('add')
                  .get(injections)
                  .loadInteger(3 * WORD_BYTES)
                  .constant(part.units)
                  .call(module.indexOf('addRow')),
              ),
          )
          f.advance(injections, INJECTION_WORDS * WORD_BYTES)
        },
      )
      for (const stage of part.backward) writeStage(module, f, stage, part, { context, layout, addresses, rows })
      for (const { adjointAfter, adjointBefore } of states) {
        const [after, before] = [addresses.get(adjointAfter)!, addresses.get(adjointBefore)!]
        f.get(after).set(held).get(before).set(after).get(held).set(before)
      }
      advanceAddresses(f, context, layout, addresses)
      f.get(steps)
    })
  })
}

interface SweepLocals {
  readonly context: Local
  readonly layout: SweepContext
  readonly addresses: ReadonlyMap<SweepBuffer, Local>
  readonly rows: Local
}

function loadAddresses(f: FunctionBuilder, context: Local, layout: SweepContext): Map<SweepBuffer, Local> {
  return new Map(
    layout.buffers.map((buffer, index): [SweepBuffer, Local] => {
      const address = f.integerLocal()
      f.get(context)
        .loadInteger(index * BUFFER_BYTES)
        .set(address)
      return [buffer, address]
    }),
  )
}

function advanceAddresses(
  f: FunctionBuilder,
  context: Local,
  layout: SweepContext,
  addresses: ReadonlyMap<SweepBuffer, Local>,
): void {
  layout.buffers.forEach((buffer, index) => {
    if (buffer !== 'above' && isSameAtEveryStep(buffer)) return
    const address = addresses.get(buffer)!
    f.get(address)
      .get(context)
      .loadInteger(index * BUFFER_BYTES + WORD_BYTES)
      .integer('add')
      .set(address)
  })
}

/** One row for all steps, or rows that every step writes anew. */
const isSameAtEveryStep = (buffer: ValueBuffer | ColumnMask): boolean =>
  'maskOf' in buffer || buffer.extent === 'one' || buffer.extent === 'step'

function writeStage(
  module: ModuleBuilder,
  f: FunctionBuilder,
  { products, sums, kernels }: StageLayout,
  part: PartLayout,
  { context, layout, addresses, rows }: SweepLocals,
): void {
  for (const { project, operand, way, target } of products) {
    const { panels, depth } = part.projects.get(project)!.packing[way]
    const packedAt = layout.buffers.length * BUFFER_BYTES + layout.projects.indexOf(project) * WORD_BYTES
    f.get(addresses.get(operand.buffer)!)
      .constant(4 * operand.column)
      .integer('add')
      .constant(operand.rowBytes)
      .constant(0) // one group: the rows of this step
      .get(context)
      .loadInteger(packedAt)
      .get(addresses.get(target.buffer)!)
      .constant(target.rowBytes)
      .constant(0)
      .constant(1)
      .get(rows)
      .constant(panels)
      .constant(depth)
      .constant(0)
      .call(module.indexOf(MULTIPLY))
  }
  for (const { operand, target, size } of sums)
    f.get(addresses.get(target.buffer)!)
      .constant(target.rowBytes)
      .get(addresses.get(operand.buffer)!)
      .constant(4 * operand.column)
      .integer('add')
      .constant(operand.rowBytes)
      .get(rows)
      .constant(size)
      .call(module.indexOf('sumColumns'))
  for (const kernel of kernels) {
    for (const buffer of pointwiseBuffers(kernel)) f.get(addresses.get(buffer)!)
    f.get(rows).call(module.indexOf(kernel.name))
  }
}
