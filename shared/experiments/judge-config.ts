/**
 * What no single field of a configuration can say: one of which every field can be read enters, what its fields come to together leaves as
 * mistakes, each at a field. Whether it goes with its data is training/fit-to-data.ts's.
 */
import { isWholeAndRounded } from '../numerics/float32.ts'
import { LabError, type Fault } from '../errors/errors.ts'
import { MNIST_IMAGES, REMEMBERED_VALUES } from '../datasets/options.ts'
import { judgeConstants } from './cell-constants.ts'
import type { ExperimentConfig } from './config.ts'
import { judgeOwnCells } from './own-cells.ts'

/** Series are drawn by numbers of 32 bits. */
const MOST_SERIES = 2 ** 32
/** A pass over the training series is a list of their numbers, of 4 bytes each, for every seed and for warm-up too: 2 GiB. */
const MOST_ORDERED_SERIES = 2 ** 28

/** A mistake of a configuration and the field that it stands at: `warmup.steps`, `layers.0.units`; empty for the whole. */
export interface ConfigMistake {
  readonly field: string
  readonly error: LabError
}

/** Of its own cells and what it sets of them. */
export function judgeCells(config: ExperimentConfig, where: string): ConfigMistake[] {
  const named = judgeOwnCells(config, where).map((error) => ({ field: 'layers', error }))
  return [...named, ...judgeConstants(config, where)]
}

/** What no single field can say. */
export function judgeTogether(
  { name, layers, strategies, seeds, dataset, measures }: ExperimentConfig,
  where: string,
): ConfigMistake[] {
  const mistakes: ConfigMistake[] = []
  const fail = (
    path: string,
    fault: string,
    message: string,
    expected: string,
    found: string,
    remedy: string,
    values: Fault['values'] = {},
  ): void => {
    const error = new LabError('config', message, {
      where: `${where}, ${path}`,
      expected,
      found,
      remedy,
      fault: { id: fault, values },
    })
    mistakes.push({ field: path.replace(/\[(\d+)\]/g, '.$1'), error })
  }
  const explicit = layers.filter(({ parts }) => parts !== null).length
  if (explicit > 0 && explicit < layers.length)
    fail(
      'layers',
      'partsInSomeLayers',
      'Some layers have explicit parts and others have not.',
      'parts in all layers or in none',
      `parts in ${explicit} of ${layers.length}`,
      'Write the parts of every layer.',
    )
  if (explicit > 0 && strategies !== null)
    fail(
      'strategies',
      'partsAndStrategies',
      'Explicit parts already say what is warmed.',
      'no strategies',
      strategies.join(', '),
      'Leave out `strategies`, or `parts`.',
    )
  if (explicit === 0 && strategies === null)
    fail(
      'strategies',
      'noStrategy',
      'There is no strategy.',
      'at least one of none, warmed-up, double',
      'null',
      'Leave the field out for all three.',
    )
  layers.forEach(({ units, warmUnits, parts }, index) => {
    if (parts === null && strategies?.includes('double') && warmUnits >= units)
      fail(
        `layers[${index}].warmUnits`,
        'warmUnits',
        'A double layer has two parts.',
        `1 to ${units - 1}`,
        `${warmUnits}`,
        'Lower `warmUnits` or raise `units`.',
        { most: `${units - 1}` },
      )
  })
  const initial = layers.flatMap(({ initialValues: own, parts }, index) =>
    (parts ?? [{ initialValues: own }]).map((each, part) => ({
      path: parts === null ? `layers[${index}].initialValues` : `layers[${index}].parts[${part}].initialValues`,
      constants: each.initialValues.constants,
    })),
  )
  for (const { path, constants } of initial)
    for (const [constant, value] of Object.entries(constants))
      if (isWholeAndRounded(value))
        fail(
          `${path}.constants.${constant}`,
          'notFloat32',
          'The engines compute in float32, which does not hold this whole number.',
          `one that float32 holds, such as ${Math.fround(value)}`,
          `${value}`,
          'Round it, or scale what it multiplies.',
          { value: `${value}`, nearest: `${Math.fround(value)}` },
        )
  const { vaa } = measures
  if (vaa !== null && vaa.convergenceSteps === null && vaa.stopResidual !== null)
    fail(
      'measures.vaa.stopResidual',
      'stopWithoutM',
      'Without an M, a run of VAA stops when states are at rest.',
      'null, or an M in `measures.vaa.convergenceSteps`',
      `${vaa.stopResidual}`,
      'Leave it out, or say how many steps of convergence there are.',
    )
  // A half of a pair would be lost on its way to a file, an index and a header.
  if (/\p{Cs}/u.test(name))
    fail(
      'name',
      'halfCharacter',
      'The name holds half of a character.',
      'whole characters',
      JSON.stringify(name),
      'Type it again.',
    )
  const twice = seeds.find((seed, index) => seeds.indexOf(seed) !== index)
  if (twice !== undefined)
    fail('seeds', 'seedTwice', 'A seed stands twice.', 'different seeds', `${twice} twice`, 'Remove one.', {
      seed: `${twice}`,
    })
  const strategyTwice = strategies?.find((strategy, index) => strategies.indexOf(strategy) !== index)
  if (strategyTwice !== undefined)
    fail('strategies', 'strategyTwice', 'A strategy stands twice.', 'each once', strategyTwice, 'Remove one.')
  if (dataset.kind === 'denoising' && dataset.forbiddenSteps > dataset.steps - REMEMBERED_VALUES)
    fail(
      'dataset.forbiddenSteps',
      'forbiddenSteps',
      'There is no room for five marked steps.',
      `N at most T - ${REMEMBERED_VALUES} = ${dataset.steps - REMEMBERED_VALUES}`,
      `${dataset.forbiddenSteps}`,
      'Lower N or raise T.',
      { most: `${dataset.steps - REMEMBERED_VALUES}` },
    )
  if (dataset.kind === 'file' && dataset.split.group !== null && dataset.split.seed === null)
    fail(
      'dataset.split.seed',
      'groupsNeedSeed',
      'Groups of different sizes would give each seed splits of other sizes.',
      'a seed of the split where `group` is set',
      'null',
      'Set it, such as to 0: all seeds share one split.',
    )
  if (dataset.kind === 'mnist' && dataset.counts.train + dataset.counts.validation > MNIST_IMAGES.train)
    fail(
      'dataset.counts',
      'mnistTraining',
      `MNIST has ${MNIST_IMAGES.train} training images.`,
      `train + validation of at most ${MNIST_IMAGES.train}`,
      `${dataset.counts.train + dataset.counts.validation}`,
      'Lower one of them.',
    )
  if (dataset.kind === 'mnist' && dataset.counts.test > MNIST_IMAGES.test)
    fail(
      'dataset.counts.test',
      'mnistTest',
      `MNIST has ${MNIST_IMAGES.test} test images.`,
      `at most ${MNIST_IMAGES.test}`,
      `${dataset.counts.test}`,
      'Lower it.',
    )
  if (dataset.kind === 'copy-first-input' || dataset.kind === 'denoising') {
    const most = dataset.fresh ? MOST_SERIES : Math.floor(MOST_ORDERED_SERIES / seeds.length)
    if (dataset.counts.train > most)
      fail(
        'dataset.counts.train',
        dataset.fresh ? 'tooManySeries' : 'tooManyOrdered',
        dataset.fresh
          ? 'There are not so many different series.'
          : 'A shuffled pass over so many series does not fit in memory.',
        `at most ${most}${dataset.fresh || seeds.length === 1 ? '' : ` with ${seeds.length} seeds`}`,
        `${dataset.counts.train}`,
        dataset.fresh ? 'Lower it.' : 'Lower it, or draw new series for every step with `dataset.fresh`.',
        { most: `${most}` },
      )
  }
  return mistakes
}
