/** Loading the bytes behind a dataset from real files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDatasetSources } from '../../../main/store/datasets.ts'
import type { DatasetConfig } from '../../../shared/experiments/config.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { labErrorOf, text } from '../datasets/helpers.ts'

const counts = { train: 1, validation: 1, test: 1 }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmup-lab-datasets-'))
  await writeFile(join(folder, 'own.csv'), text('id,t,a,y\n'))
})
afterAll(() => rm(folder, { recursive: true }))

function fileConfig(path: string, testPath: string | null = null): DatasetConfig {
  return parseConfig({ dataset: { kind: 'file', path, testPath, task: 'regression' } }, 'x').dataset
}

describe('sources', () => {
  it.each(['own.csv', './own.csv'])('resolve %s from the folder of the configuration', async (path) => {
    const sources = await loadDatasetSources(fileConfig(path), folder)
    expect(new TextDecoder().decode(sources.file(path))).toBe('id,t,a,y\n')
  })

  it('take absolute paths as they are', async () => {
    const path = join(folder, 'own.csv')
    expect((await loadDatasetSources(fileConfig(path), tmpdir())).file(path)).toHaveLength(9)
  })

  it('hold the file of the test too, or refuse by its own field', async () => {
    await writeFile(join(folder, 'test.csv'), text('id'))
    const sources = await loadDatasetSources(fileConfig('own.csv', 'test.csv'), folder)
    expect([sources.file('own.csv').length, sources.file('test.csv').length]).toEqual([9, 2])
    await expect(loadDatasetSources(fileConfig('own.csv', 'none.csv'), folder)).rejects.toMatchObject({
      code: 'dataset',
      message: expect.stringMatching(/none\.csv.*no such file.*`dataset\.testPath`/) as string,
    })
  })

  it('hold nothing that the dataset does not need', async () => {
    const generated = await loadDatasetSources({ kind: 'copy-first-input', steps: 5, counts, fresh: false }, folder)
    expect(labErrorOf(() => generated.mnist()).code).toBe('internal')
    expect(labErrorOf(() => generated.file('own.csv')).code).toBe('internal')
    const own = await loadDatasetSources(fileConfig('own.csv'), folder)
    expect(labErrorOf(() => own.mnist()).code).toBe('internal')
    expect(labErrorOf(() => own.file('other.csv')).code).toBe('internal')
  })

  it('hold the four files of MNIST', async () => {
    const mnist: DatasetConfig = { kind: 'mnist', order: 'rows', permutationSeed: 0, blankSteps: 0, counts }
    const files = (await loadDatasetSources(mnist, folder)).mnist()
    expect(Object.values(files).map((bytes: Uint8Array) => bytes.length)).toEqual([
      47_040_016, 60_008, 7_840_016, 10_008,
    ])
  })

  it.each([
    ['missing.npz', 'no such file'],
    ['.', 'a folder'],
    ['own.csv/inside.csv', 'not'],
  ])('refuse %s with its whole path and the reason', async (path, reason) => {
    const error = await loadDatasetSources(fileConfig(path), folder).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LabError)
    expect(error).toMatchObject({ code: 'dataset' })
    expect((error as LabError).message).toContain(join(folder, path))
    expect((error as LabError).message).toContain(reason)
    expect((error as LabError).message).toContain('dataset.path')
  })
})
