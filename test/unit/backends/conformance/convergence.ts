/**
 * The runs of VAA: states after so many steps are the oracle's, exits change nothing, a series ends as it does alone; and how much of the gradient
 * reaches back.
 */
import type { Backend, ConvergedStates, Engine } from '../../../../shared/backends/backend.ts'
import type { SeriesBatch } from '../../../../shared/datasets/dataset.ts'
import type { Network } from '../../../../shared/networks/network.ts'
import { batch, network, part } from '../networks.ts'
import { close, holds, onBoth, same, toleranceOf, withEngine, type Check, type Difference } from './check.ts'
import { convergeRequest, DOUBLE_LAYER, SERIES, STEPS } from './requests.ts'

const CYCLE = network([[part("h' = b - h + 0 * (W x)", 5)]], { inputs: 2, outputs: 1 })
const FIXED_POINT = network([[part("h' = 0.25 * h + tanh(W x)", 5)]], { inputs: 2, outputs: 1 })
const SLOW = network([[part("h' = 0.9 * h + tanh(W x)", 5)]], { inputs: 2, outputs: 1 })
/** Some of its series settle soon, some late. */
const MIXED = network([[part("h' = h + 0.3 * (tanh(U h + W x) - h)", 5)]], { inputs: 2, outputs: 1 })
const MIXED_WEIGHTS = { spread: 2 }
const MOST_STEPS = 400

/** Steps over which errors of single precision stay what they are: no network here is chaotic. */
const COMPARED_STEPS = 20

export const convergenceChecks: readonly Check[] = [
  {
    claim: 'states on their way are the oracle’s, at every step of the tail',
    run: async (backend) => {
      const { found, expected } = await onBoth(backend, DOUBLE_LAYER, {}, (engine) =>
        converged(engine, DOUBLE_LAYER, COMPARED_STEPS),
      )
      return [
        holds('length of the tail', found.tail.length === COMPARED_STEPS + 1),
        ...found.tail.map((states, back) =>
          close(`states ${back} steps back`, states, expected.tail[back] ?? [], toleranceOf(backend).values),
        ),
      ]
    },
  },
  {
    claim: 'no step leaves the states where the series brought them',
    run: async (backend) => {
      const { found, expected } = await onBoth(backend, DOUBLE_LAYER, {}, (engine) =>
        converged(engine, DOUBLE_LAYER, 0),
      )
      return [
        holds('length of the tail', found.tail.length === 1),
        close('states', found.tail[0]!, expected.tail[0]!, toleranceOf(backend).values),
      ]
    },
  },
  {
    claim: 'a cycle of two ends where its parity says',
    run: (backend) =>
      withEngine(backend, CYCLE, { spread: 0.3 }, async (engine) => {
        const [short, long, odd] = [
          await converged(engine, CYCLE, 200),
          await converged(engine, CYCLE, 100_000),
          await converged(engine, CYCLE, 100_001),
        ]
        return [
          holds('the exit is found', long.exactExit?.step === 4 && long.exactExit.period === 2),
          holds('length of the tail', long.tail.length === 65),
          ...long.tail.map((states, back) => same(`states ${back} steps back`, states, short.tail[back] ?? [])),
          same('a step later', odd.tail[0]!, long.tail[1]!),
          holds(
            'both phases differ',
            odd.tail[0]!.some((value, i) => value !== long.tail[0]![i]),
          ),
        ]
      }),
  },
  {
    claim: 'a fixed point is left as it is',
    run: (backend) =>
      withEngine(backend, FIXED_POINT, { spread: 0.3 }, async (engine) => {
        const [short, long] = [
          await converged(engine, FIXED_POINT, 500),
          await converged(engine, FIXED_POINT, 1_000_000),
        ]
        return [
          holds('the exit is found', long.exactExit?.period === 1 && long.stoppedAt === null),
          same('states', long.tail[0]!, short.tail[0]!),
        ]
      }),
  },
  {
    claim: 'the optional stop says where it fired, about where the oracle does',
    run: async (backend) => {
      const { found, expected } = await onBoth(backend, SLOW, { spread: 0.3 }, async (engine) => {
        const [states] = await engine.converge([{ ...convergeRequest(SLOW, 10_000), stopResidual: 1e-3 }])
        return states!
      })
      return [
        holds('no exact exit', found.exactExit === null),
        // A residual at the limit may fall to either side of it.
        { of: 'step of the stop', error: Math.abs(found.stoppedAt! - expected.stoppedAt!), allowed: 1 },
      ]
    },
  },
  { claim: 'each series rests as it does alone, whoever left before it', run: restsAsAlone },
  {
    claim: 'the bound of a run to rest is kept to the step',
    run: (backend) =>
      withEngine(backend, MIXED, MIXED_WEIGHTS, async (engine) => {
        const request = restRequest(batch(MIXED, STEPS, SERIES, 2), 100)
        const [rested] = await engine.convergeToRest([request])
        const [fixed] = await engine.converge([{ ...request, convergenceSteps: 100, stopResidual: null }])
        const longest = Math.max(...rested!.steps)
        return [
          holds('some run to the bound', longest === 100),
          ...rowsOf(rested!.tail[0]!, MIXED).flatMap((row, b) =>
            rested!.steps[b] === 100 ? [same(`series ${b}`, row, rowsOf(fixed!.tail[0]!, MIXED)[b]!)] : [],
          ),
        ]
      }),
  },
  {
    claim: 'the gradient by lag is the oracle’s, and leaves no gradient behind',
    run: async (backend) => {
      const { found, expected } = await onBoth(backend, DOUBLE_LAYER, {}, async (engine) => {
        const series = batch(DOUBLE_LAYER, STEPS, SERIES, 7)
        const request = { batch: series, truncateEvery: null, dropoutMasks: null, regulariser: null }
        const [before] = await engine.trainGradients([request])
        const [byLag] = await engine.gradientByLag([{ batch: series, lags: [1, 4, STEPS - 1] }])
        const [after] = await engine.trainGradients([request])
        return { norms: byLag!.norms, before: before!, after: after! }
      })
      return [
        close('norms', found.norms.flat(), expected.norms.flat(), toleranceOf(backend).values),
        holds(
          'a norm for each layer',
          found.norms.every((norms) => norms.length === DOUBLE_LAYER.layers.length),
        ),
        ...[...found.before.gradients].map(([name, { data }]) =>
          same(`gradient of ${name} afterwards`, found.after.gradients.get(name)!.data, data),
        ),
      ]
    },
  },
]

async function converged(engine: Engine, net: Network, convergenceSteps: number): Promise<ConvergedStates> {
  return (await engine.converge([convergeRequest(net, convergenceSteps)]))[0]!
}

const restRequest = (series: SeriesBatch, maxConvergenceSteps: number) => ({
  batch: series,
  truncations: Int32Array.from(series.lengths, (length) => 1 + Math.floor(length / 2)),
  perturbation: Float32Array.of(0.4, -0.3),
  maxConvergenceSteps,
  epsilon: 1e-4,
  slices: [{ width: MIXED.stateSize, offset: 0, size: MIXED.stateSize }],
})

async function restsAsAlone(backend: Backend): Promise<Difference[]> {
  return withEngine(backend, MIXED, MIXED_WEIGHTS, async (engine) => {
    const request = restRequest(batch(MIXED, STEPS, SERIES, 2), MOST_STEPS)
    const [together] = await engine.convergeToRest([request])
    const differences = [holds('series leave at different steps', new Set(together!.steps).size > 1)]
    for (let b = 0; b < SERIES; b++) {
      const [alone] = await engine.convergeToRest([
        { ...request, batch: only(request.batch, b), truncations: request.truncations.slice(b, b + 1) },
      ])
      differences.push(
        same(`steps of series ${b}`, alone!.steps, [together!.steps[b]!]),
        same(`rest of series ${b}`, alone!.isAtRest[0]!, [together!.isAtRest[0]![b]!]),
        ...together!.tail.map((states, back) =>
          same(`series ${b}, ${back} steps back`, alone!.tail[back] ?? [], rowsOf(states, MIXED)[b]!),
        ),
      )
    }
    return differences
  })
}

const rowsOf = (states: Float32Array | Float64Array, { stateSize }: Network): (Float32Array | Float64Array)[] =>
  Array.from({ length: states.length / stateSize }, (_, b) => states.subarray(b * stateSize, (b + 1) * stateSize))

/** One series of a batch as a batch of its own, without targets. */
function only({ steps, batch: count, inputs, lengths }: SeriesBatch, b: number): SeriesBatch {
  const { inputSize } = MIXED
  return {
    steps,
    batch: 1,
    inputs: Float32Array.from({ length: steps * inputSize }, (_, i) => {
      const [t, k] = [Math.floor(i / inputSize), i % inputSize]
      return inputs[(t * count + b) * inputSize + k]!
    }),
    lengths: lengths.slice(b, b + 1),
    targetSteps: Int32Array.of(0),
    targets: Float32Array.of(0),
  }
}
