/** A sweep on own series that began with a version in which each seed drew its own split: the points that are left of it are made alike. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { prepareSweep, runSweep } from '../../../main/engine/run-sweep.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { SweepStore } from '../../../main/store/sweep-store.ts'
import { parseSweep } from '../../../shared/experiments/sweep.ts'
import { npz, range, tensor } from '../datasets/helpers.ts'
import { temporaryFolder } from '../store/store-helpers.ts'

const ENGINE = readEngineOptions()
const CONFIG = {
  dataset: { kind: 'file', path: 'own.npz', task: 'classification' },
  layers: [{ cell: 'gru', units: 2 }],
  strategies: ['none'],
  seeds: [0],
  training: { steps: 1, batch: 2 },
}

/** @returns the datasets of the runs that are made */
async function makeRuns(isEarlier: boolean) {
  const home = await temporaryFolder()
  const inputs = tensor([12, 2, 1], range(24))
  await writeFile(
    path.join(home, 'own.npz'),
    npz({
      inputs,
      targets: tensor(
        [12],
        range(12).map((series) => 1 + (series % 2)),
      ),
    }),
  )
  const [runs, sweeps] = [new RunStore(home), new SweepStore(home)]
  const { definition, sweep } = parseSweep({ config: CONFIG, grid: { 'training.batch': [2, 3] } }, 'test')
  const { id } = await sweeps.create(definition, home, 2, (await prepareSweep(sweep, home, ENGINE)).data)
  if (isEarlier) {
    const { data, ...earlier } = JSON.parse(await readFile(sweeps.file(id), 'utf8')) as Record<string, unknown>
    expect(data).toBeTruthy()
    await writeFile(sweeps.file(id), JSON.stringify(earlier))
  }
  const writer = await sweeps.openWriter(id)
  await runSweep(runs, writer, {
    engine: ENGINE,
    rerunFailed: false,
    isPauseAsked: () => false,
    runOne: () => Promise.resolve('done'),
  })
  await writer.close()
  return (await runs.list()).map(({ record }) => record!.config.dataset)
}

it('of an earlier version has splits and classes of that version', async () => {
  const made = await makeRuns(true)
  expect(made).toHaveLength(2)
  for (const dataset of made) expect(dataset).toMatchObject({ classes: 'numbered', split: { seed: null, test: 0.2 } })
})

it('of this version has what its configuration says', async () => {
  for (const dataset of await makeRuns(false))
    expect(dataset).toMatchObject({ classes: 'occurring', split: { seed: 0, test: 0.2 } })
})
