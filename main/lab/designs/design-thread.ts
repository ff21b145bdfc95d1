/**
 * A thread that reads what designs, their datasets and sweeps come to: a file of series takes seconds to read, and so does a sweep of
 * thousands of points, in which the lab goes on.
 */
import path from 'node:path'
import { workerData } from 'node:worker_threads'
import { parseSweep } from '../../../shared/experiments/sweep.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { answerQuestions } from '../../engine/answer-questions.ts'
import { forkRun } from '../../engine/fork-run.ts'
import { locateData } from '../../engine/locate-data.ts'
import { prepare, preparedConfig } from '../../engine/run-group.ts'
import { outlineSweep, prepareSweep } from '../../engine/run-sweep.ts'
import { RUN_VERSIONS } from '../../engine/version.ts'
import { readOwnPresets } from '../../store/own-presets.ts'
import { RunStore } from '../../store/run-store.ts'
import { SweepStore } from '../../store/sweep-store.ts'
import { checkCell } from './cells.ts'
import { checkSweep, SWEEP_NAME } from './check-sweep.ts'
import type { DesignQuestions, DesignTask } from './design-protocol.ts'
import { Designs } from './designs.ts'
import { CONFIG_NAME, readDesign } from './read-design.ts'

const { home, engine } = workerData as DesignTask
const store = new RunStore(home)
const sweeps = new SweepStore(home)
const designs = new Designs(home, engine, store)

answerQuestions<DesignQuestions>({
  'check-cell': checkCell,
  read: readDesign,
  resolve: ({ config, fork }) => designs.resolve(config, fork),
  'own-presets': async () => {
    const { presets, errors } = await readOwnPresets(home)
    return { configs: presets.map(({ config }) => config), errors: errors.map(toWireError) }
  },
  preview: (payload) => designs.previewDataset(payload),
  'data-file': (payload) => designs.readDataFile(payload),
  prepare: async (json) => {
    const group = await prepare(readDesign(json), home, engine)
    return { prepared: preparedConfig(group), choice: group.choice }
  },
  'check-sweep': checkSweep,
  'prepare-sweep': async (json) => {
    const { definition, sweep } = parseSweep(json, SWEEP_NAME)
    const { data, backend } = await prepareSweep(sweep, home, engine)
    return { definition, outline: outlineSweep(sweep), data, backend }
  },
  'open-sweep': async (id) => {
    const { record, sweep } = await sweeps.find(id)
    return { record, outline: outlineSweep(sweep) }
  },
  'locate-data': async ({ runId, path: file, takesOther }) => {
    await locateData(store, runId, { file: path.resolve(home, file), takesOther }, home, engine)
    return null
  },
  fork: ({ source, config }) =>
    forkRun(store, source, readDesign(config, { hasRecordedCells: true }), CONFIG_NAME, RUN_VERSIONS, engine),
})
