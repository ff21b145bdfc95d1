/**
 * Series of the UEA archive as aeon and sktime write them (`.ts`): a text of `@` lines and of a series a line enters, whole series leave.
 * `channel:channel:label`, each channel `1,2,?` or, with time stamps, `(time,1),(time,2)`.
 * @see https://www.aeon-toolkit.org/en/stable/api_reference/data_format.html
 */
import { compareSteps, parseStep } from './csv-steps.ts'
import { failAtLine, type WholeFile, type WholeSeries } from './whole-series.ts'
import { quoteStart } from '../errors/errors.ts'

interface Header {
  readonly hasTimes: boolean
  /** What each line ends with. */
  readonly task: WholeFile['task']
  /** Of the line after `@data`, from 0. */
  readonly firstLine: number
}

function readHeader(lines: readonly string[], where: string): Header {
  const said = new Map<string, string>()
  const data = lines.findIndex((line) => {
    const [, key, value] = /^@(\w+)\s*(.*)$/.exec(line.trim()) ?? []
    if (key !== undefined) said.set(key.toLowerCase(), value!.trim().toLowerCase())
    return key?.toLowerCase() === 'data'
  })
  if (data < 0)
    failAtLine(
      where,
      1,
      'the file has no series.',
      'a line `@data` and a line for each series',
      'none',
      'Save it again as .ts.',
    )
  const isTrue = (key: string): boolean => /^true\b/.test(said.get(key) ?? '')
  const task = isTrue('targetlabel') ? 'regression' : isTrue('classlabel') ? 'classification' : undefined
  return {
    hasTimes: isTrue('timestamps'),
    task:
      task ??
      failAtLine(
        where,
        data + 1,
        'the series have neither classes nor targets.',
        '`@classLabel true …` or `@targetLabel true`',
        'neither',
        'Take a file with labels.',
      ),
    firstLine: data + 1,
  }
}

/** @returns values in the order of their times, which all channels share */
function readTimedChannels(parts: readonly string[], where: string, line: number): string[][] {
  let times: readonly string[] | undefined
  return parts.map((part, channel) => {
    const pairs = part.replace(/^\(/, '').split(/\)\s*,\s*\(/)
    const cells = pairs.map((pair) => {
      const comma = pair.lastIndexOf(',')
      return {
        time: pair.slice(0, comma).trim(),
        value: pair
          .slice(comma + 1)
          .replace(')', '')
          .trim(),
      }
    })
    const own = cells.map(({ time }) => time)
    own.forEach((time, index) => {
      const [step, before] = [parseStep(time), index > 0 ? parseStep(own[index - 1]!) : null]
      if (!step || (before && (before.kind !== step.kind || compareSteps(before, step) >= 0)))
        failAtLine(
          where,
          line + 1,
          `the times of channel ${channel} do not rise.`,
          'a later time at each step',
          quoteStart(time),
          'Put the steps in order.',
        )
    })
    times ??= own
    if (own.length !== times.length || own.some((time, index) => time !== times![index]))
      failAtLine(
        where,
        line + 1,
        `channel ${channel} has other times than the first.`,
        'the same times',
        'others',
        'Take channels of the same times.',
      )
    return cells.map(({ value }) => value)
  })
}

/** @throws LabError `dataset` for a file without series or labels, and for times that do not rise or differ between channels */
export function splitTs(text: string, where: string): WholeFile {
  const lines = text.split('\n')
  const { hasTimes, task, firstLine } = readHeader(lines, where)
  const series: WholeSeries[] = []
  for (let line = firstLine; line < lines.length; line++) {
    const content = lines[line]!.trim()
    if (content === '' || content.startsWith('#')) continue
    // A colon may stand in a time too.
    const parts = content.split(hasTimes ? /\)\s*:/ : ':')
    const label = parts.pop()!.trim()
    if (parts.length === 0)
      failAtLine(
        where,
        line + 1,
        'this line is not a series.',
        '`1,2,3:label`',
        quoteStart(content),
        'Separate channels and label by colons.',
      )
    const channels = hasTimes
      ? readTimedChannels(parts, where, line)
      : parts.map((part) => part.split(',').map((value) => value.trim()))
    series.push({ line: () => line + 1, channels, label })
  }
  return { series, task }
}
