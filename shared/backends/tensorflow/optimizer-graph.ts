/**
 * One optimiser step as operations on flat vectors, as optimizer.ts has it for processors: what moves is a list of ranges, what a step's elements
 * share comes in as numbers, and nothing moves where the gradient's norm is not finite.
 */
import { stepScalars } from '../optimizer.ts'
import type { OptimizerSettings } from '../backend.ts'
import type { FlatRange } from '../recurrence.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'

/** Numbers of a step, in the order in which the graph reads them. */
const STEP_NUMBERS = [
  'clipNorm',
  'coupledDecay',
  'kept',
  'beta1',
  'beta2',
  'oneMinusBeta1',
  'oneMinusBeta2',
  'stepSize',
  'secondScale',
  'epsilon',
  'momentum',
  'isSgd',
] as const
type StepNumber = (typeof STEP_NUMBERS)[number]

export const STEP_NUMBER_COUNT = STEP_NUMBERS.length

/** @param step 1-based */
export function stepNumbers(settings: OptimizerSettings, step: number): Float32Array {
  const shared = stepScalars(settings, step, 0)
  const numbers: Record<StepNumber, number> = {
    ...shared,
    clipNorm: settings.clipNorm ?? Infinity,
    oneMinusBeta1: 1 - settings.beta1,
    oneMinusBeta2: 1 - settings.beta2,
    isSgd: settings.kind === 'sgd' ? 1 : 0,
  }
  return Float32Array.from(STEP_NUMBERS, (name) => numbers[name])
}

/** Flat vectors of a replica, [P] each. */
export interface LearnedVectors {
  readonly parameters: Value
  readonly first: Value
  readonly second: Value
}

/** Euclidean norm of the gradients in `moving`, summed in double precision. */
export function gradientNorm(graph: Graph, gradients: Value, moving: readonly FlatRange[]): Value {
  const sums = moving.map(({ start, end }) =>
    graph.sum(graph.square(graph.cast(graph.slice(gradients, [start], [end - start]), 'double')), [0]),
  )
  const sum = sums.reduce<Value | null>((all, each) => (all ? graph.add(all, each) : each), null)
  return graph.cast(graph.unary('Sqrt', sum ?? graph.scalar(0, 'double')), 'float')
}

export interface StepValues {
  readonly gradients: Value
  /** What `gradientNorm` returns. */
  readonly norm: Value
  /** [STEP_NUMBER_COUNT], see stepNumbers. */
  readonly numbers: Value
}

/**
 * @param count P
 * @returns the vectors after the step
 */
export function moveParameters(
  graph: Graph,
  before: LearnedVectors,
  { gradients, norm, numbers }: StepValues,
  moving: readonly FlatRange[],
  count: number,
): LearnedVectors {
  const pieces = graph.split(
    numbers,
    STEP_NUMBERS.map(() => 1),
    0,
  )
  const number = Object.fromEntries(STEP_NUMBERS.map((name, i) => [name, pieces[i]!])) as Record<StepNumber, Value>
  const zero = graph.scalar(0)
  const clip = graph.select(
    graph.compare('Greater', norm, number.clipNorm),
    graph.divide(number.clipNorm, norm),
    graph.scalar(1),
  )
  const isSgd = graph.compare('Greater', number.isSgd, zero)
  const hasMomentum = graph.and(isSgd, graph.compare('Greater', graph.unary('Abs', number.momentum), zero))
  const isGood = graph.isFinite(norm)
  const update = (parameter: Value, m: Value, v: Value, d: Value): readonly [Value, Value, Value] => {
    const gradient = graph.add(graph.multiply(d, clip), graph.multiply(number.coupledDecay, parameter))
    const velocity = graph.add(graph.multiply(number.momentum, m), gradient)
    const first = graph.add(graph.multiply(number.beta1, m), graph.multiply(number.oneMinusBeta1, gradient))
    const second = graph.add(
      graph.multiply(number.beta2, v),
      graph.multiply(number.oneMinusBeta2, graph.square(gradient)),
    )
    const root = graph.add(graph.multiply(graph.unary('Sqrt', second), number.secondScale), number.epsilon)
    const adam = graph.subtract(
      graph.multiply(parameter, number.kept),
      graph.divide(graph.multiply(number.stepSize, first), root),
    )
    const sgd = graph.subtract(parameter, graph.multiply(number.stepSize, velocity))
    const guarded = (after: Value, old: Value): Value => graph.select(isGood, after, old)
    return [
      guarded(graph.select(isSgd, sgd, adam), parameter),
      guarded(graph.select(isSgd, graph.select(hasMomentum, velocity, m), first), m),
      guarded(graph.select(isSgd, v, second), v),
    ]
  }
  const names = ['parameters', 'first', 'second'] as const
  const after: Record<(typeof names)[number], Value[]> = { parameters: [], first: [], second: [] }
  let end = 0
  const keep = (until: number): void => {
    if (until > end) for (const name of names) after[name].push(graph.slice(before[name], [end], [until - end]))
    end = Math.max(end, until)
  }
  for (const range of moving) {
    keep(range.start)
    const piece = (vector: Value): Value => graph.slice(vector, [range.start], [range.end - range.start])
    const moved = update(piece(before.parameters), piece(before.first), piece(before.second), piece(gradients))
    names.forEach((name, i) => after[name].push(moved[i]!))
    end = range.end
  }
  keep(count)
  const whole = (name: (typeof names)[number]): Value => graph.concat(after[name], 0)
  return { parameters: whole('parameters'), first: whole('first'), second: whole('second') }
}
