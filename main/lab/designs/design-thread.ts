/** The thread that reads what designs and their datasets come to: a file of series takes seconds to read, in which the lab goes on. */
import { workerData } from 'node:worker_threads'
import { parseSweep } from '../../../shared/experiments/sweep.ts'
import { answerQuestions } from '../../engine/answer-questions.ts'
import { forkRun } from '../../engine/fork-run.ts'
import { prepare } from '../../engine/run-group.ts'
import { prepareSweep } from '../../engine/run-sweep.ts'
import { RUN_VERSIONS } from '../../engine/version.ts'
import { RunStore } from '../../store/run-store.ts'
import type { DesignQuestions, DesignTask } from './design-protocol.ts'
import { Designs } from './designs.ts'
import { CONFIG_NAME, readDesign } from './read-design.ts'

const { home } = workerData as DesignTask
const store = new RunStore(home)
const designs = new Designs(home, store)

answerQuestions<DesignQuestions>({
  resolve: ({ config, fork }) => designs.resolve(config, fork),
  preview: (payload) => designs.previewDataset(payload),
  'data-file': (payload) => designs.readDataFile(payload),
  prepare: async (config) => {
    await prepare(config, home)
    return null
  },
  'prepare-sweep': async (definition) => {
    await prepareSweep(parseSweep(definition, 'sweep').sweep, home)
    return null
  },
  fork: ({ source, config }) => forkRun(store, source, readDesign(config), CONFIG_NAME, RUN_VERSIONS),
})
