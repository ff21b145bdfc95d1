/** `lab fork`: a new run that goes on from a checkpoint of another, with what the flags change. */
import type { Json } from '../../../shared/experiments/fields.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { isSameContent } from '../../../shared/runs/data-content.ts'
import { isCheckpointName } from '../../../shared/runs/run.ts'
import { readEngineOptions } from '../../engine/engine-options.ts'
import { configOfFork, forkRun } from '../../engine/fork-run.ts'
import { RUN_VERSIONS } from '../../engine/version.ts'
import { readDataOptions } from '../data-options.ts'
import { findOneRun } from '../find-one-run.ts'
import { applyOptions } from '../load-config.ts'
import { tellOtherData } from '../tell-runs.ts'
import { runRecords } from './run.ts'

type Options = Readonly<Record<string, unknown>>

export async function forkCommand(name: string, options: Options): Promise<void> {
  const checkpoint = String(options.checkpoint)
  if (!isCheckpointName(checkpoint))
    throw new LabError('usage', 'There is no checkpoint of this name.', {
      where: '--checkpoint',
      expected: '`last`, `warmed-up`, or `step-N` of a training step N that was kept',
      found: `\`${checkpoint}\``,
    })
  const engine = readEngineOptions(options)
  const { store, record } = await findOneRun(name, options)
  const json = structuredClone(configOfFork(record)) as unknown as Json
  await applyOptions(json, options)
  const where = `fork of ${record.id}`
  const source = { runId: record.id, checkpoint }
  const config = parseConfig(json, where, { hasRecordedCells: true })
  const choice = readDataOptions(options)
  const fork = await forkRun(store, source, config, where, RUN_VERSIONS, engine, choice)
  const { data, config: used } = fork
  if (used.dataset.kind === 'file' && record.data !== null && data !== null && !isSameContent(record.data, data))
    tellOtherData(fork.id, choice.file ?? used.dataset.path, options.json === true)
  await runRecords(store, [fork], engine, options)
}
