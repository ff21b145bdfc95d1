/** Compared runs as figures show them: what the runs are and what their colours are to tell apart enter, names, colours and dashes leave. */
import { runLooks, type ColouredBy, type RunLook, type RunTraits } from '../charts/run-looks.ts'
import { configLabels, runLabels } from './run-labels.ts'
import type { ComparedRun } from './use-compared-runs.ts'

export interface DrawnRun extends ComparedRun, RunTraits {
  /** None twice. */
  readonly label: string
  /** What has its colour, for a legend. */
  readonly group: string
  readonly look: RunLook
}

export function runTraits(runs: readonly ComparedRun[]): RunTraits[] {
  const configurations = configLabels(runs)
  return runs.map(({ summary }, index) => ({
    strategy: summary.strategy ?? 'none',
    configuration: configurations[index]!,
  }))
}

/** @param strategyName in the user's language */
export function drawnRuns(
  runs: readonly ComparedRun[],
  by: ColouredBy,
  strategyName: (strategy: string) => string,
): DrawnRun[] {
  const traits = runTraits(runs)
  const labels = runLabels(runs, strategyName)
  const looks = runLooks(traits, by)
  return runs.map((run, index) => {
    const { strategy, configuration } = traits[index]!
    const label = labels[index]!
    const groups: Readonly<Record<ColouredBy, string>> = {
      strategy: strategyName(strategy),
      configuration: configuration === '' ? run.summary.dataset : configuration,
      run: label,
    }
    return { ...run, strategy, configuration, label, group: groups[by], look: looks[index]! }
  })
}
