/** A run as a design that goes on from one of its checkpoints: the run enters, the design view with its configuration leaves. */
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import type { CommandPayload } from '../../shared/protocol/commands.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { RunSummary } from '../../shared/protocol/run-views.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { useDesignStore, type DesignFork } from '../stores/design-store.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useCommand } from './use-command.ts'

/** Whether it has come to a checkpoint, as far as a list can tell. */
export function canFork({ state, startedAt }: RunSummary): boolean {
  return startedAt !== null && state !== 'damaged'
}

export function forkSource({ runId, checkpoint }: DesignFork): CommandPayload<'run.fork'>['source'] {
  return { runId, checkpoint }
}

export function useFork(): (run: RunSummary) => Promise<void> {
  const { send } = useCommand()
  const router = useRouter()
  const design = useDesignStore()
  const lab = useLabStore()
  const { t } = useI18n()
  return async ({ id, name, strategy }) => {
    const [detail, points] = await Promise.all([
      send('run.read', { runId: id }),
      send('run.fork-points', { runId: id }),
    ])
    const config = detail?.result.config
    const first = points?.result[0]
    if (!config || !points || strategy === null) return
    if (!first) {
      const error = new LabError('checkpoint', t('run.noCheckpoint'), {
        where: name,
        remedy: t('run.noCheckpointRemedy'),
      })
      lab.addNotice(id, toWireError(error))
      return
    }
    const own: ExperimentConfig = { ...config, strategies: config.strategies === null ? null : [strategy] }
    design.openFork(own, { runId: id, runName: name, points: points.result, checkpoint: first.checkpoint })
    await router.push('/design')
  }
}
