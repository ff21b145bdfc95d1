/** An entry of a run's log in words, and a seed that diverged. */
import { useI18n } from 'vue-i18n'
import type { Divergence } from '../../shared/runs/divergence.ts'
import { describeEngine, isSameDevice, type EngineStretch, type RunPlace } from '../../shared/runs/engine-history.ts'
import type { LogEntry } from '../../shared/runs/log.ts'
import { checkpointKind } from '../../shared/runs/run.ts'
import { formatBytes, formatCount, formatNumber, formatShare, listNumbers } from '../words/format.ts'

export function useDivergenceWords(): (divergence: Divergence) => string {
  const { t } = useI18n()
  return ({ seed, phase, step, quantity, value }) =>
    t('run.diverged', {
      seed,
      step,
      phase: t(`run.phase.${phase}`),
      quantity: t(`run.divergedQuantity.${quantity}`),
      value,
    })
}

/** `3 of 4`, or `4`: the seeds that a mean is over. */
export function useSeedCountWords(): (seedCount: number, divergedCount: number) => string {
  const { t } = useI18n()
  return (count, divergedCount) =>
    divergedCount === 0 ? formatCount(count) : t('run.seedsOf', { count, all: count + divergedCount })
}

/** `training, step 120` */
function usePlaceWords(): (place: RunPlace) => string {
  const { t } = useI18n()
  return ({ phase, step }) => t('run.place', { phase: t(`run.phase.${phase}`), step })
}

/** `wasm; webgpu (NVIDIA H100) from training, step 120`: which of a run's steps ran where. */
export function useEngineWords(): (engines: readonly EngineStretch[]) => string {
  const { t } = useI18n()
  const wordsOfPlace = usePlaceWords()
  return (engines) =>
    engines
      .map((engine, index) => {
        const name = describeEngine(engine)
        if (index === 0 && engine.step === 0) return name
        const isFittedAnew = index > 0 && isSameDevice(engine, engines[index - 1]!)
        return t(isFittedAnew ? 'run.kernelsFrom' : 'run.engineFrom', { engine: name, place: wordsOfPlace(engine) })
      })
      .join('; ')
}

function engineWords({ engine, before }: Extract<LogEntry, { kind: 'engine' }>): string {
  if (before === null) return 'engine'
  return isSameDevice(engine, before) ? 'otherKernels' : 'otherEngine'
}

export function useLogWords(): (entry: LogEntry) => string {
  const { t } = useI18n()
  const wordsOfDivergence = useDivergenceWords()
  const wordsOfPlace = usePlaceWords()
  return (entry) => {
    switch (entry.kind) {
      case 'status': {
        const { status, previous, message } = entry
        if (status !== 'running') return t(`run.log.status.${status}`, { message: message ?? '' })
        return t(`run.log.begins.${previous === 'queued' ? 'first' : previous === 'running' ? 'afterCrash' : 'again'}`)
      }
      case 'phase':
        return t(`run.log.phase.${entry.phase}`)
      case 'diverged':
        return wordsOfDivergence(entry)
      case 'restart':
        return t('run.log.restart', { step: entry.step, seeds: entry.seeds.join(', ') }, entry.seeds.length)
      case 'warmed-up':
        return t('run.log.warmedUp', {
          step: entry.step,
          values: listNumbers(entry.vaaStar.map(formatNumber)),
        })
      case 'validation':
        return t(
          entry.accuracy === null ? 'run.log.validation' : 'run.log.validationAccuracy',
          {
            step: entry.step,
            epoch: entry.epoch,
            loss: formatNumber(entry.loss),
            accuracy: formatShare(entry.accuracy),
            best: entry.bestCount,
          },
          entry.bestCount,
        )
      case 'measure': {
        const { vaa, vaaLow, vaaHigh, vaaSteps, isAtRest } = entry
        const isInterval = vaa === null && typeof vaaLow === 'number'
        const allRest = isAtRest === true && entry.unconvergedCount === 0
        return t(isInterval ? 'run.log.measureBetween' : allRest ? 'run.log.measureAtRest' : 'run.log.measure', {
          phase: t(`run.phase.${entry.phase}`),
          step: entry.step,
          vaa: formatNumber(vaa),
          low: formatNumber(vaaLow ?? null),
          high: formatNumber(vaaHigh ?? null),
          steps: formatNumber(vaaSteps ?? null),
          vaaStar: formatNumber(entry.vaaStar),
          unconverged: entry.unconvergedCount,
          compared: entry.comparedCount,
        })
      }
      case 'checkpoint':
        return t(`run.log.checkpoint.${checkpointKind(entry.keptAs)}`, {
          step: entry.step,
          size: formatBytes(entry.bytes),
        })
      case 'test':
        return t(entry.bestIsLast ? 'run.log.testLast' : 'run.log.test', {
          metric: entry.metric,
          value: formatNumber(entry.best),
        })
      case 'fork':
        return t('run.log.fork', { ...entry.from, phase: t(`run.phase.${entry.from.phase}`) })
      case 'other-data':
        return t('run.log.otherData', { sha256: entry.sha256, before: entry.before })
      case 'engine':
        return t(`run.log.${engineWords(entry)}`, {
          engine: describeEngine(entry.engine),
          place: wordsOfPlace(entry.engine),
          before: entry.before && describeEngine(entry.before),
        })
      case 'device-lost':
        return t(entry.resumedAt === null ? 'run.log.deviceLostForGood' : 'run.log.deviceLost', {
          backend: entry.backend,
          place: wordsOfPlace(entry),
          resumedAt: entry.resumedAt && wordsOfPlace(entry.resumedAt),
          message: entry.message,
        })
      case 'message':
        return entry.message
    }
  }
}
