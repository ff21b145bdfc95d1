/**
 * Texts that pandas wrote (recorded/record_text_files.py), in every encoding: separators, quotes, decimal commas, comments, line ends, kinds of
 * steps and of labels are found, and the series are those that pandas reads.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { guessMapping, readFileContents } from '../../../shared/datasets/file-contents.ts'
import { readSeriesFromCsv } from '../../../shared/datasets/series-from-csv.ts'
import { labErrorOf } from './helpers.ts'

interface Recorded {
  readonly name: string
  readonly text: string
  readonly series: readonly { readonly inputs: readonly number[]; readonly label: number | string }[]
}

const recorded = JSON.parse(
  readFileSync(new URL('recorded/text-files.json', import.meta.url), 'utf8'),
) as readonly Recorded[]
const columns = { series: 'id', step: 't', inputs: ['a', 'b'], targets: ['y'] }
const ENCODINGS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'UTF-8': (text) => Buffer.from(text, 'utf8'),
  'UTF-8 with a mark': (text) => Buffer.from(`\uFEFF${text}`, 'utf8'),
  'UTF-16 LE': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'UTF-16 BE': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
  'Latin-1': (text) => Buffer.from(text, 'latin1'),
}

/** Classes as they are stated: numbers by size, words by their letters. */
function classesOf(series: Recorded['series']): string[] {
  const labels = [...new Set(series.map(({ label }) => label))]
  return (typeof labels[0] === 'number' ? labels.sort((a, b) => Number(a) - Number(b)) : labels.sort()).map(String)
}

describe.each(Object.entries(ENCODINGS))('in %s', (encoding, encode) => {
  it.each(recorded.map((one) => [one.name, one] as const))('%s', (_, { text, series }) => {
    const areNumbers = series.some(({ label }) => typeof label === 'number' && !Number.isInteger(label))
    const task = areNumbers ? 'regression' : 'classification'
    const read = () => readSeriesFromCsv(encode(text), { task, targets: 'last-step', columns }, 'own.txt')
    if (encoding === 'Latin-1' && text.includes('ä')) {
      expect(labErrorOf(read).message).toMatch(/not text in UTF-8.*byte 0xe4 on line \d+, `ä` in Latin-1/)
      return
    }
    const table = read()
    expect(table.series.map(({ inputs }) => [...inputs])).toEqual(series.map(({ inputs }) => inputs))
    expect(table.series.map(({ targetSteps }) => [...targetSteps])).toEqual(
      series.map(({ inputs }) => [inputs.length / 2 - 1]),
    )
    expect(table.classNames).toEqual(areNumbers ? null : classesOf(series))
    expect(table.series.map(({ targets: [target] }) => (areNumbers ? target : table.classNames![target!]))).toEqual(
      series.map(({ label }) => (areNumbers ? Math.fround(Number(label)) : String(label))),
    )
  })
})

it('every one is guessed as it is: series, step, inputs, target and its task for words', () => {
  for (const { name, text, series } of recorded) {
    const guess = guessMapping(readFileContents(ENCODINGS['UTF-8']!(text), 'own.txt'))
    const task = typeof series[0]!.label === 'string' ? 'classification' : 'regression'
    expect(guess, name).toEqual({
      task,
      targets: 'last-step',
      columns,
      arrays: null,
      split: { group: null, given: null },
    })
  }
})
