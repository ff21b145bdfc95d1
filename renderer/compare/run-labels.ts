/** Short names that tell runs apart: what is different between them enters, a text for each leaves, none twice. */
import { configDifferences, type FieldDifference } from '../../shared/experiments/config-differences.ts'
import { formatAxisValue } from '../../shared/experiments/sweep.ts'
import { localizeText } from '../words/format.ts'
import { shortName } from '../words/field-names.ts'
import type { ComparedRun } from './use-compared-runs.ts'

/** Strategies are shown apart, and seeds beside every number. */
const SHOWN_ELSEWHERE = ['name', 'strategies', 'seeds']
const MOST_PARTS = 3

/** Not what parts the runs as an earlier field does: the other part's cell beside the cell, a half beside the whole. */
function saysMore({ values }: FieldDifference, index: number, all: readonly FieldDifference[]): boolean {
  const parting = (of: readonly unknown[]): string => {
    const texts = of.map((value) => JSON.stringify(value))
    return texts.map((text) => texts.indexOf(text)).join()
  }
  return all.findIndex((other) => parting(other.values) === parting(values)) === index
}

/**
 * What is different beside the strategy: `cell mgu · steps 200`; empty where nothing is, and for damaged runs. Runs that nothing of this tells
 * apart, as those of another day, are called by their names.
 */
export function configLabels(runs: readonly ComparedRun[]): string[] {
  const known = runs.filter(({ config }) => config !== null)
  const differences = configDifferences(
    known.map(({ config }) => config),
    SHOWN_ELSEWHERE,
  ).filter(saysMore)
  const fields = differences.map(({ field }) => field)
  const labels = runs.map((run) => {
    const index = known.indexOf(run)
    return differences
      .slice(0, MOST_PARTS)
      .filter(({ values }) => values[index] !== undefined)
      .map(({ field, values }) => `${shortName(field, fields)} ${localizeText(formatAxisValue(values[index]))}`)
      .join(' · ')
  })
  const isNameNeeded = (label: string): boolean => {
    const alike = runs.filter(({ config }, index) => config !== null && labels[index] === label)
    const names = new Set(alike.map(({ summary }) => summary.name))
    const strategies = alike.map(({ summary }) => summary.strategy)
    return names.size > 1 && new Set(strategies).size < strategies.length
  }
  return runs.map(({ summary, config }, index) => {
    const label = labels[index]!
    if (config === null || !isNameNeeded(label)) return label
    return label === '' ? summary.name : `${label} · ${summary.name}`
  })
}

/** @param strategyName in the user's language */
export function runLabels(runs: readonly ComparedRun[], strategyName: (strategy: string) => string): string[] {
  const configs = configLabels(runs)
  const texts = runs.map(({ summary }, index) =>
    [summary.strategy === null ? summary.id : strategyName(summary.strategy), configs[index]!]
      .filter((part) => part !== '')
      .join(' · '),
  )
  return texts.map((text, index) => {
    const before = texts.slice(0, index).filter((other) => other === text).length
    return texts.filter((other) => other === text).length > 1 ? `${text} (${before + 1})` : text
  })
}
