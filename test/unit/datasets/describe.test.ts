/** Descriptions of datasets: numbers that follow from the data, as an object and as text. */
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../shared/datasets/create-dataset.ts'
import { describeDataset, formatDescription } from '../../../shared/datasets/describe.ts'
import type { FileOptions } from '../../../shared/datasets/options.ts'
import { noSources, npz, range, sourcesOf, splitOf, tensor } from './helpers.ts'

const file: FileOptions = {
  kind: 'file',
  path: 'own.npz',
  testPath: null,
  task: 'regression',
  columns: null,
  arrays: null,
  targets: 'last-step',
  classes: 'occurring',
  split: splitOf(0.01, 0.01),
}

describe('a description', () => {
  it('sums up the training series without their padding', () => {
    // Six equal series of two inputs, so that it does not matter which are drawn for training.
    const inputs = tensor(
      [6, 3, 2],
      range(6).flatMap(() => [1, -10, 3, -20, 99, 99]),
    )
    const bytes = npz({ inputs, targets: tensor([6], Array(6).fill(4)), lengths: tensor([6], Array(6).fill(2)) })
    const description = describeDataset(createDataset(file, 1, sourcesOf(bytes)))
    expect(description).toEqual({
      task: 'regression',
      classNames: null,
      shapes: { maxSteps: 2, inputSize: 2, outputSize: 1, targetSlots: 1 },
      counts: { train: 4, validation: 1, test: 1 },
      groupCounts: null,
      rounded: null,
      sampledSeries: 4,
      lengths: { shortest: 2, longest: 2 },
      inputs: [
        { least: 1, most: 3, mean: 2, standardDeviation: 1 },
        { least: -20, most: -10, mean: -15, standardDeviation: 5 },
      ],
      targets: [{ least: 4, most: 4, mean: 4, standardDeviation: 0 }],
      classCounts: null,
      example: {
        steps: 2,
        firstInputs: [
          [1, -10],
          [3, -20],
        ],
        targets: [{ step: 1, values: [4] }],
      },
    })
    expect(JSON.parse(JSON.stringify(description))).toEqual(description)
  })

  it('counts classes', () => {
    const bytes = npz({ inputs: tensor([5, 1, 1], range(5)), targets: tensor([5], [2, 2, 2, 2, 2]) })
    const options: FileOptions = { ...file, task: 'classification', classes: 'numbered' }
    const description = describeDataset(createDataset(options, 1, sourcesOf(bytes)))
    expect(description.classCounts).toEqual([0, 0, 3])
    expect(description.targets).toBeNull()
    expect(formatDescription(description)).toContain('classes: 0: 0, 1: 0, 2: 3')
  })

  it('tells classes by their names, and the groups of each split', () => {
    const inputs = tensor([6, 1, 1], range(6))
    const bytes = npz({ inputs, targets: tensor([6], [3, 5, 3, 5, 3, 5]), subject: tensor([6], [0, 0, 1, 1, 2, 2]) })
    const split = { ...file.split, group: 'subject' }
    const description = describeDataset(createDataset({ ...file, task: 'classification', split }, 1, sourcesOf(bytes)))
    expect(formatDescription(description).split('\n')).toEqual([
      'Task: classification, 1 inputs, 2 classes, at most 1 steps and 1 targets a series',
      'Series: 2 training, 2 validation, 2 test',
      'Groups: 1 training, 1 validation, 1 test',
      'In 2 training series of 1 steps:',
      expect.stringMatching(/^ {2}input 0: /),
      '  classes: 3: 1, 5: 1',
      'First training series (1 steps):',
      expect.stringMatching(/^ {2}step 0: /),
      '  target at step 0: 3',
    ])
  })

  it('looks at 256 series at most and shows eight steps', () => {
    const counts = { train: 40_000, validation: 8_000, test: 50_000 }
    const dataset = createDataset({ kind: 'copy-first-input', steps: 50, counts }, 1, noSources)
    const description = describeDataset(dataset)
    expect(description.sampledSeries).toBe(256)
    expect(description.example.firstInputs).toHaveLength(8)
    expect(description.example.targets).toEqual([{ step: 49, values: description.example.firstInputs[0] }])
  })

  it('reads as text', () => {
    const counts = { train: 2, validation: 1, test: 1 }
    const text = formatDescription(
      describeDataset(createDataset({ kind: 'denoising', steps: 10, forbiddenSteps: 5, counts }, 1, noSources)),
    )
    expect(text).toContain('Task: regression, 2 inputs, 1 outputs, at most 10 steps and 5 targets a series')
    expect(text).toContain('Series: 2 training, 1 validation, 1 test')
    expect(text).toContain('input 1: -1 to 1, mean 0.4')
    expect(text).toMatch(/target at step 9: -?\d/)
    expect(text).not.toContain('NaN')
  })

  it('looks at fewer of long series, and not at one that is longer than all it looks at', () => {
    const ofSteps = (steps: number) =>
      createDataset({ kind: 'copy-first-input', steps, counts: { train: 300, validation: 1, test: 1 } }, 1, noSources)
    expect(describeDataset(ofSteps(2 ** 20)).sampledSeries).toBe(4)
    expect(describeDataset(ofSteps(10)).sampledSeries).toBe(256)
    expect(() => describeDataset(ofSteps(2 ** 22 + 1))).toThrow(expect.objectContaining({ code: 'dataset' }))
  })
})
