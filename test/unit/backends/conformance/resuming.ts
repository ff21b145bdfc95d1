/** What an engine hands out and takes back: a run that is saved and resumed has the bits of one that never stopped, and nothing that is handed over is kept. */
import type { Engine, OptimizerState } from '../../../../shared/backends/backend.ts'
import type { TensorMap } from '../../../../shared/numerics/dims.ts'
import { weights } from '../networks.ts'
import { holds, same, sameTensors, withEngine, type Check, type Difference } from './check.ts'
import { DOUBLE_LAYER, STEADY_ADAM, trainRequest, warmupRequest } from './requests.ts'

interface Saved {
  readonly parameters: TensorMap
  readonly optimizer: OptimizerState
}

const save = async (engine: Engine): Promise<Saved> => ({
  parameters: await engine.readParameters(0),
  optimizer: await engine.readOptimizer(0),
})

async function restore(engine: Engine, { parameters, optimizer }: Saved): Promise<void> {
  await engine.writeParameters(0, parameters)
  await engine.writeOptimizer(0, optimizer)
}

const step = async (engine: Engine, seed: number): Promise<void> =>
  void (await engine.trainStep([trainRequest(DOUBLE_LAYER, seed)], [STEADY_ADAM]))

const compare = (found: Saved, expected: Saved): Difference[] => [
  ...sameTensors('parameter', found.parameters, expected.parameters),
  ...sameTensors('first moment', found.optimizer.first, expected.optimizer.first),
  ...sameTensors('second moment', found.optimizer.second, expected.optimizer.second),
  holds('steps', found.optimizer.step === expected.optimizer.step),
]

export const resumingChecks: readonly Check[] = [
  {
    claim: 'a run that is resumed on a new engine has the bits of one that never stopped',
    run: async (backend) => {
      const whole = await withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        await engine.warmupStep([warmupRequest(DOUBLE_LAYER)], [STEADY_ADAM])
        for (const seed of [1, 2, 3]) await step(engine, seed)
        return save(engine)
      })
      const half = await withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        await engine.warmupStep([warmupRequest(DOUBLE_LAYER)], [STEADY_ADAM])
        await step(engine, 1)
        return save(engine)
      })
      return withEngine(backend, DOUBLE_LAYER, { spread: 0.1 }, async (engine) => {
        await restore(engine, half)
        const taken = compare(await save(engine), half)
        for (const seed of [2, 3]) await step(engine, seed)
        return [...taken, ...compare(await save(engine), whole)]
      })
    },
  },
  {
    claim: 'the same run twice has the same bits',
    run: async (backend) => {
      const run = (): Promise<Saved> =>
        withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
          for (const seed of [1, 2]) await step(engine, seed)
          return save(engine)
        })
      return compare(await run(), await run())
    },
  },
  {
    claim: 'a reset optimiser is a new one',
    run: async (backend) =>
      withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        await step(engine, 1)
        await engine.resetOptimizer(0)
        const { step: count, first, second } = await engine.readOptimizer(0)
        await engine.writeParameters(0, weights(DOUBLE_LAYER, 0, 0.5))
        await step(engine, 1)
        const again = await save(engine)
        const fresh = await withEngine(backend, DOUBLE_LAYER, {}, async (other) => {
          await step(other, 1)
          return save(other)
        })
        return [
          holds('no step is counted', count === 0),
          ...[...first, ...second].map(([name, { data }]) =>
            same(
              name,
              data,
              data.map(() => 0),
            ),
          ),
          ...compare(again, fresh),
        ]
      }),
  },
  {
    claim: 'calls that are made without waiting are carried out in their order',
    run: async (backend) => {
      const waited = await withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        await step(engine, 1)
        await engine.writeParameters(0, weights(DOUBLE_LAYER, 3, 0.5))
        await step(engine, 2)
        return save(engine)
      })
      const unwaited = await withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        const [, , , parameters, optimizer] = await Promise.all([
          step(engine, 1),
          engine.writeParameters(0, weights(DOUBLE_LAYER, 3, 0.5)),
          step(engine, 2),
          engine.readParameters(0),
          engine.readOptimizer(0),
        ])
        return { parameters, optimizer }
      })
      return compare(unwaited, waited)
    },
  },
  {
    claim: 'what is handed out is the caller’s own, and what is handed in is not kept',
    run: async (backend) =>
      withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        await step(engine, 1)
        const before = await save(engine)
        const handed = await save(engine)
        for (const { data } of [...handed.parameters.values(), ...handed.optimizer.first.values()]) data.fill(3)
        const written = new Map(
          [...before.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
        )
        await engine.writeParameters(0, written)
        for (const { data } of written.values()) data.fill(4)
        const request = trainRequest(DOUBLE_LAYER, 2)
        const [evaluated] = await engine.evaluate([request.batch])
        const outputs = evaluated!.outputs.slice()
        request.batch.inputs.fill(5)
        await engine.evaluate([request.batch])
        return [
          ...compare(await save(engine), before),
          same('outputs of an earlier evaluation', evaluated!.outputs, outputs),
        ]
      }),
  },
]
