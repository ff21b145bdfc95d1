/**
 * Series that a file gives whole, one after the other, with a label or number each, as the archives of UCR and UEA do: their channels as texts
 * enter, a checked table of series leaves. What a file looks like is left to its own reader.
 */
import { isMissing, parseLabels, parseNumber } from './cell-values.ts'
import { classifyTargets } from './classes.ts'
import type { FileOptions } from './options.ts'
import type { OwnSeries, OwnSeriesTable } from './own-series.ts'
import { RoundingCounter } from './rounding.ts'
import { LabError, quoteStart } from '../errors/errors.ts'

export interface WholeSeries {
  /** Counts the lines up to it, for messages. */
  readonly line: () => number
  /** [I][T], numbers with decimal points; what is missing at the end of all channels is beyond the end of the series. */
  readonly channels: readonly (readonly string[])[]
  /** Its class or number. */
  readonly label: string
}

export interface WholeFile {
  readonly series: readonly WholeSeries[]
  /** What its labels are for. */
  readonly task: FileOptions['task']
}

/** Of the settings of a file, those that matter to one without named columns. */
export type WholeSeriesOptions = Pick<FileOptions, 'task' | 'targets'> & {
  readonly split?: Pick<FileOptions['split'], 'group' | 'given'>
}

/** @param line 1-based */
export function failAtLine(
  where: string,
  line: number,
  message: string,
  expected: string,
  found: string,
  remedy: string,
): never {
  const location = { line, column: 1 }
  throw new LabError('dataset', message, { where: `${where}, line ${line}`, expected, found, remedy, location })
}

/** Steps up to the last that is not missing. */
function lengthOf(channel: readonly string[]): number {
  let length = channel.length
  while (length > 0 && isMissing(channel[length - 1]!)) length--
  return length
}

/** Steps of the longest channel, without what is missing at its end. */
export const stepCount = (channels: WholeSeries['channels']): number =>
  channels.reduce((longest, channel) => Math.max(longest, lengthOf(channel)), 0)

class WholeSeriesReader {
  readonly #where: string
  readonly #hasChannels: boolean
  readonly rounding = new RoundingCounter()

  constructor(where: string, inputSize: number) {
    this.#where = where
    this.#hasChannels = inputSize > 1
  }

  fail({ line }: WholeSeries, message: string, expected: string, found: string, remedy: string): never {
    return failAtLine(this.#where, line(), message, expected, found, remedy)
  }

  /** @returns [T, I] */
  inputs(own: WholeSeries, series: number): Float32Array {
    const { channels } = own
    const steps = stepCount(channels)
    if (steps === 0)
      this.fail(own, `series ${series} has no steps.`, 'a number or more', 'none', 'Leave the series out.')
    const inputs = new Float32Array(steps * channels.length)
    channels.forEach((channel, i) => {
      for (let t = 0; t < steps; t++) {
        const text = channel[t] ?? ''
        const value = parseNumber(text)
        if (value === null) this.#failAt(own, `series ${series}, step ${t}`, i, text)
        inputs[t * channels.length + i] = this.rounding.round(value!)
      }
    })
    return inputs
  }

  #failAt(own: WholeSeries, place: string, channel: number, text: string): never {
    const where = this.#hasChannels ? `${place}, channel ${channel}` : place
    return isMissing(text)
      ? this.fail(
          own,
          `${where} is missing.`,
          'a number at each step up to the last',
          text === '' ? 'nothing' : quoteStart(text),
          'Fill what is missing, or leave the series out.',
        )
      : this.fail(own, `${where} is not a number.`, 'a finite number such as -1.5e-3', quoteStart(text), 'Correct it.')
  }

  target(own: WholeSeries, series: number): number {
    const { label } = own
    const value =
      parseNumber(label) ??
      this.fail(
        own,
        `the target of series ${series} is not a number.`,
        'a finite number such as -1.5e-3',
        label === '' ? 'nothing' : quoteStart(label),
        'Correct it, or set `dataset.task` to `classification`.',
      )
    return this.rounding.round(value)
  }

  label(own: WholeSeries, series: number): string {
    const { label } = own
    if (label !== '' && !isMissing(label)) return label
    return this.fail(own, `series ${series} has no label.`, 'a number or word', 'nothing', 'Label it or leave it out.')
  }
}

function refuseSetting(where: string, message: string, expected: string, found: string): never {
  throw new LabError('config', message, {
    where,
    expected,
    found,
    remedy: `Set \`${where}\` so, or save the series in long form: a row a step, with named columns.`,
  })
}

/**
 * Each series is read out after its last step.
 * @throws LabError `dataset` for no series, other numbers of channels, what is missing within a series, what is no number; `config` for settings
 * that need named columns
 */
export function readWholeSeries(
  all: readonly WholeSeries[],
  options: WholeSeriesOptions,
  where: string,
): OwnSeriesTable {
  const { task, targets, split } = options
  if (targets !== 'last-step')
    refuseSetting('dataset.targets', 'this file has one target a series.', '`last-step`', `\`${targets}\``)
  for (const role of ['group', 'given'] as const) {
    const name = split?.[role] ?? null
    if (name !== null)
      refuseSetting(`dataset.split.${role}`, 'this file has no named columns.', 'null', quoteStart(name))
  }
  const [first] = all
  if (!first)
    throw new LabError('dataset', 'the file has no series.', {
      where,
      expected: 'a line for each series',
      found: 'none',
      remedy: 'Save it again.',
    })
  const inputSize = first.channels.length
  const reader = new WholeSeriesReader(where, inputSize)
  const inputs = all.map((one, series) => {
    if (one.channels.length !== inputSize)
      reader.fail(
        one,
        `series ${series} has another number of channels than the first.`,
        `${inputSize}`,
        `${one.channels.length}`,
        'Correct it, or leave the series out.',
      )
    return reader.inputs(one, series)
  })
  const classified =
    task === 'classification'
      ? classifyTargets(parseLabels(all.map((one, series) => [reader.label(one, series)])), where)
      : null
  const series = inputs.map((own, index): OwnSeries => ({
    inputs: own,
    targetSteps: Int32Array.of(own.length / inputSize - 1),
    targets: classified?.targets[index] ?? Float32Array.of(reader.target(all[index]!, index)),
  }))
  return {
    where,
    inputSize,
    targetSize: 1,
    classNames: classified?.classNames ?? null,
    groups: null,
    givenSplits: null,
    rounded: reader.rounding.found(),
    series,
  }
}
