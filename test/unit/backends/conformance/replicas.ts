/** Replicas: no bit of one depends on how many run beside it, on what they are asked, or on whether they are numbers. */
import type { Backend, Engine, PerReplica } from '../../../../shared/backends/backend.ts'
import type { Tensor } from '../../../../shared/numerics/dims.ts'
import { batch, weights } from '../networks.ts'
import { holds, same, sameTensors, withEngine, type Check, type Difference } from './check.ts'
import { convergeRequest, DOUBLE_LAYER, STEADY_ADAM, trainRequest, warmupRequest } from './requests.ts'

const SPREAD = 1.2

/** What a replica has told and what it has come to. */
interface Outcome {
  readonly told: readonly (readonly [string, ArrayLike<number>])[]
  readonly parameters: ReadonlyMap<string, Tensor>
  readonly first: ReadonlyMap<string, Tensor>
  readonly step: number
}

/** Every program for these seeds, one a replica; null for one that takes no part. */
async function runPrograms(engine: Engine, seeds: PerReplica<number>): Promise<PerReplica<Outcome>> {
  const ask = <Request>(request: (seed: number) => Request): PerReplica<Request> =>
    seeds.map((seed) => (seed === null ? null : request(seed)))
  const adam = seeds.map(() => STEADY_ADAM)
  // Of sizes of their own, as the last batch of an epoch has.
  const train = ask((seed) => ({ ...trainRequest(DOUBLE_LAYER), batch: batch(DOUBLE_LAYER, 6 + seed, 4 + seed, seed) }))
  const warm = await engine.warmupStep(
    ask((seed) => warmupRequest(DOUBLE_LAYER, seed)),
    adam,
  )
  const first = await engine.trainStep(train, adam)
  const second = await engine.trainStep(train, adam)
  const evaluated = await engine.evaluate(ask((seed) => trainRequest(DOUBLE_LAYER, seed).batch))
  const vaaStar = await engine.vaaStar(ask((seed) => warmupRequest(DOUBLE_LAYER, seed)))
  const converged = await engine.converge(ask((seed) => convergeRequest(DOUBLE_LAYER, 5 + seed, seed)))
  const outcomes: (Outcome | null)[] = []
  for (const [replica, seed] of seeds.entries()) {
    const { first: moments, step } = await engine.readOptimizer(replica)
    const parameters = await engine.readParameters(replica)
    outcomes.push(
      seed === null
        ? null
        : {
            told: [
              ['warm-up', [warm[replica]!.loss, ...warm[replica]!.vaaStar, warm[replica]!.gradientNorm]],
              ['first step', [first[replica]!.loss, first[replica]!.gradientNorm]],
              ['second step', [second[replica]!.loss, second[replica]!.gradientNorm]],
              ['outputs', evaluated[replica]!.outputs],
              ['final states', evaluated[replica]!.finalStates],
              ['VAA*', vaaStar[replica]!],
              ['states', converged[replica]!.tail[0]!],
            ],
            parameters,
            first: moments,
            step,
          },
    )
  }
  return outcomes
}

const compare = (seed: number, found: Outcome, expected: Outcome): Difference[] => [
  ...expected.told.map(([name, values], i) => same(`seed ${seed}: ${name}`, found.told[i]![1], values)),
  ...sameTensors(`seed ${seed}: parameter`, found.parameters, expected.parameters),
  ...sameTensors(`seed ${seed}: moment`, found.first, expected.first),
  holds(`seed ${seed}: steps`, found.step === expected.step),
]

const aloneOf = (backend: Backend, seed: number): Promise<Outcome> =>
  withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
    await engine.writeParameters(0, weights(DOUBLE_LAYER, seed, SPREAD))
    return (await runPrograms(engine, [seed]))[0]!
  })

export const replicaChecks: readonly Check[] = [
  {
    claim: 'three replicas have the bits of each alone, with one left out or not',
    run: async (backend) => {
      const differences: Difference[] = []
      const alone = [await aloneOf(backend, 0), await aloneOf(backend, 1), await aloneOf(backend, 2)]
      for (const members of [
        [0, 1, 2],
        [0, null, 2],
      ])
        await withEngine(backend, DOUBLE_LAYER, { replicas: 3, spread: SPREAD }, async (engine) => {
          const outcomes = await runPrograms(engine, members)
          for (const seed of members)
            if (seed !== null) differences.push(...compare(seed, outcomes[seed]!, alone[seed]!))
          if (!members.includes(1))
            differences.push(
              ...sameTensors('left out', await engine.readParameters(1), weights(DOUBLE_LAYER, 1, SPREAD)),
              holds('left out: steps', (await engine.readOptimizer(1)).step === 0),
            )
        })
      return differences
    },
  },
  {
    claim: 'a replica loses no bit to one whose weights are no numbers',
    run: (backend) =>
      withEngine(backend, DOUBLE_LAYER, { replicas: 2, spread: SPREAD }, async (engine) => {
        const broken = [...weights(DOUBLE_LAYER, 1, SPREAD)].map(
          ([name, { shape, data }]) =>
            [name, { shape, data: data.map((_, i) => (i % 2 === 0 ? NaN : Infinity)) }] as const,
        )
        await engine.writeParameters(1, new Map(broken))
        const [found] = await runPrograms(engine, [0, 1])
        return compare(0, found!, await aloneOf(backend, 0))
      }),
  },
]
