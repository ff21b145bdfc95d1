/** Commands about runs: started, controlled, looked for, read, measured, changed and deleted. Each is done by the desk that knows how. */
import { LabError } from '../../../shared/errors/errors.ts'
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import { timeSteps } from '../../../shared/runs/trained-time.ts'
import { listForkPoints } from '../../engine/fork-run.ts'
import type { Evaluator } from '../../engine/host/evaluator.ts'
import { findMetricsChange } from '../../store/metrics-change.ts'
import type { RunStore } from '../../store/run-store.ts'
import type { DesignDesk } from '../designs/design-desk.ts'
import { exportRun } from '../export-run.ts'
import type { RunCatalog } from '../run-catalog.ts'
import type { RunMonitor } from '../run-monitor.ts'
import type { RunSpreadsShelf } from '../run-spreads.ts'
import type { RunStarter } from '../run-starter.ts'
import type { RunsDesk } from '../runs-desk.ts'

export interface RunServices {
  readonly store: RunStore
  readonly starter: RunStarter
  readonly designs: DesignDesk
  readonly monitor: RunMonitor
  readonly catalog: RunCatalog
  readonly evaluator: Evaluator
  readonly runsDesk: RunsDesk
  readonly spreads: RunSpreadsShelf
}

export function runHandlers({
  store,
  starter,
  designs,
  monitor,
  catalog,
  evaluator,
  runsDesk,
  spreads,
}: RunServices): HandlersOf<'run'> {
  return {
    'run.start': ({ config }) => starter.start(config),
    'run.fork': (payload) => starter.fork(payload),
    'run.fork-points': ({ runId }) => listForkPoints(store, runId),
    'run.pause': async ({ runId }) => monitor.pause(runId),
    'run.resume': ({ runId, backend }) => monitor.resume(runId, backend),
    'run.stop': ({ runId }) => monitor.stop(runId),
    'run.query': (query) => catalog.query(query),
    'run.configurations': (query) => catalog.configurations(query),
    'run.ids': (query) => catalog.ids(query),
    'run.facets': () => catalog.facets(),
    'run.locate-data': (payload) => designs.ask('locate-data', payload),
    'run.read': async ({ runId }) => {
      const [summary] = await catalog.update([runId])
      if (!summary) throw missingRun(runId)
      const { record } = await store.listOne(runId)
      const { config = null, versions = null, backend = null, data = null, remarks = [] } = record ?? {}
      return { summary, config, versions, backend, data, remarks }
    },
    'run.metrics': async (payload) => {
      const series = await monitor.series(payload.runId)
      return series.metrics(payload, await findMetricsChange(store, payload.runId, 'length'))
    },
    'run.measures': async ({ runId }) => (await monitor.series(runId)).measures(),
    'run.time-steps': async ({ runId }) => timeSteps((await store.readLog(runId, 0)).entries),
    'run.spreads': async (payload) => spreads.read(payload, (await monitor.series(payload.runId)).timeAxis()),
    'run.gradient-by-lag': (payload) => evaluator.ask('gradient-by-lag', payload),
    'run.predict': (payload) => evaluator.ask('predict', payload),
    'run.log': ({ runId, fromByte }) => store.readLog(runId, fromByte),
    'run.export': (payload) => exportRun(store, payload),
    'run.annotate': ({ runIds, change }) => runsDesk.annotate(runIds, change),
    'run.delete': ({ runIds }) => runsDesk.delete(runIds),
    'run.undelete': ({ runIds }) => runsDesk.undelete(runIds),
  }
}

function missingRun(runId: string): LabError {
  return new LabError('run-folder', 'There is no run of this name.', {
    where: runId,
    expected: 'a run of this home',
    found: 'none',
    remedy: 'It may have been deleted. Look for it in the table of runs.',
  })
}
