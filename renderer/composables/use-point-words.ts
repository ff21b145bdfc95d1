/** Points of a curve in words: of which phase's step they are, how they are smoothed and what was measured. The same in charts and tables. */
import { useI18n } from 'vue-i18n'
import type { PhaseStep } from '../../shared/runs/timeline.ts'
import { formatFixed } from '../words/format.ts'

export interface PointWords {
  readonly step: (at: PhaseStep) => string
  readonly steps: (first: PhaseStep, last: PhaseStep) => string
  /** A line's name with how it is smoothed. @param weight of the past a step */
  readonly smoothed: (line: string, weight: number) => string
  /** The mean of a bucket of several steps. */
  readonly bucketMean: (value: string, count: number) => string
}

export function usePointWords(): PointWords {
  const { t } = useI18n()
  const step = ({ phase, step }: PhaseStep): string => t('run.stepOf', { phase: t(`run.phase.${phase}`), step })
  return {
    step,
    steps: (first, last) =>
      first.phase === last.phase
        ? t('run.stepsOf', { phase: t(`run.phase.${first.phase}`), from: first.step, to: last.step })
        : t('run.stepsAcross', { from: step(first), to: step(last) }),
    smoothed: (line, weight) => t('run.smoothed', { line, weight: formatFixed(weight, 2) }),
    bucketMean: (value, count) => t('run.bucketMean', { value, count }),
  }
}
