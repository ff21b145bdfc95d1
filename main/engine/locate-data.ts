/**
 * Where the data of a run lies now, as the user says: a run and a file enter; the place is remembered, for every run of that content, or the
 * run's record says that it goes on with other data. What the lab calls; the command line says it with the command that needs it.
 */
import { requireKnownEnding } from '../../shared/datasets/file-kinds.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { RunStore } from '../store/run-store.ts'
import type { EngineOptions } from './engine-options.ts'
import { openRunData, type DataChoice } from './run-data.ts'
import { keepContent, keepPlace, prepareRun } from './run-group.ts'

/**
 * @param baseFolder where relative paths start
 * @throws LabError `dataset` for what is no file of series by its name, and for other data that was not asked for or does not fit; `usage` for other data of a finished run, and for one
 *   without a file; `run-locked` while it is trained
 */
export async function locateData(
  store: RunStore,
  runId: string,
  choice: DataChoice & { readonly file: string },
  baseFolder: string,
  engine: EngineOptions,
): Promise<void> {
  const record = await store.readRecord(runId)
  if (record.config.dataset.kind !== 'file')
    throw new LabError('usage', 'this run has no file of series.', {
      where: runId,
      expected: 'a run on own series',
      found: `\`${record.config.dataset.kind}\``,
      remedy: 'Its series are made by the lab: there is nothing to look for.',
    })
  requireKnownEnding(choice.file)
  const opened = await openRunData(store.home, record, record.config.seeds, baseFolder, choice)
  if (opened.isOther) {
    await prepareRun(record.config, record.backend ?? record.config.backend, opened, engine) // throws what is wrong with it
    const writer = await store.openWriter(runId)
    try {
      await keepContent(writer, opened.content)
    } finally {
      await writer.close()
    }
  }
  await keepPlace(store, opened, choice)
}
