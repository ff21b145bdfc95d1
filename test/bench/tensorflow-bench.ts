/**
 * The tensorflow backend's training step beside the same library's operations one by one with its tape, and beside the wasm engine:
 * `npm run bench:tensorflow`. GRU, nBRC and a cell that nothing can have been made for, 2x256, T = 200, B = 32, Adam; all in turn in every round.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { loadBackend } from '../../main/engine/load-backend.ts'
import { loadTensorflow } from '../../main/engine/tensorflow/load.ts'
import { openSavedModel } from '../../main/engine/tensorflow/saved-model-session.ts'
import { createTensorflowBackend } from '../../shared/backends/tensorflow/tensorflow-backend.ts'
import { initialize } from '../../shared/networks/initial-values.ts'
import { tapeLoss } from '../tape-loss.ts'
import { ALL_THREADS } from './engines.ts'
import { alternate, summarize, type Contestant } from './measure.ts'
import { ADAM, createCaseNetwork, trainRequest } from './networks.ts'
import { OWN_CELL, stepCase, type StepCase } from './step-cases.ts'
import { openStepRunner } from './step-runner.ts'

/** Named cases, or all. */
const { values: flags, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
})
const { tf, usesGpu } = await loadTensorflow()

const like = stepCase('gru-2x256-T200-B32')
const cases: readonly StepCase[] = ['gru', 'nbrc', OWN_CELL].map((cell) => ({
  ...like,
  name: cell === OWN_CELL ? 'own' : cell,
  parts: [{ cell, units: 256, warm: true }],
}))

/** The same step in the library's own operations. */
function tapeContestant(testCase: StepCase): Contestant {
  const network = createCaseNetwork(testCase)
  const variables = [...initialize(network, 0, 0).values()].map(({ data, shape }) =>
    tf.variable(tf.tensor(data, [...shape])),
  )
  const loss = tapeLoss(tf, network, trainRequest(testCase, 0).batch)
  const adam = tf.train.adam(ADAM.learningRate, ADAM.beta1, ADAM.beta2, ADAM.epsilon)
  return {
    name: 'operations one by one',
    async time(steps) {
      const times: number[] = []
      for (let step = 0; step < steps; step++) {
        const start = performance.now()
        adam.minimize(() => tf.tidy(() => loss(...variables)), true, variables)!.dataSync()
        times.push(performance.now() - start)
      }
      return times
    },
  }
}

for (const testCase of cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const library = createTensorflowBackend((model) => openSavedModel(tf, model), {
    isCompiled: true,
    usesCudnn: usesGpu,
  })
  const graph = await openStepRunner({ backend: library, threads: ALL_THREADS }, testCase)
  const wasm = await openStepRunner({ backend: await loadBackend('wasm'), threads: ALL_THREADS }, testCase)
  const times = await alternate([graph, tapeContestant(testCase), wasm], { rounds: Number(flags.rounds), pauseMs: 0 })
  const [ours, tape, processor] = times.map(summarize)
  const ratio = (of: 'stepMs' | 'minMs'): string =>
    `${(tape![of] / ours![of]).toFixed(2)} times faster than one by one, ${(ours![of] / processor![of]).toFixed(2)} of wasm's time`
  process.stdout.write(
    `${testCase.name}: graph ${ours!.stepMs.toFixed(0)} ms (fastest ${ours!.minMs.toFixed(0)}), one by one ${tape!.stepMs.toFixed(0)} (${tape!.minMs.toFixed(0)}), wasm ${processor!.stepMs.toFixed(0)} (${processor!.minMs.toFixed(0)}): median ${ratio('stepMs')}; fastest ${ratio('minMs')}\n`,
  )
  await graph.engine.dispose()
  await wasm.engine.dispose()
}
process.exit() // the threads of both libraries would wait
