/** Commands about a design before it is run: what it, its cells and its data come to, and how long it would take. */
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import type { Estimator } from '../../engine/host/estimator.ts'
import { listCells } from '../designs/cells.ts'
import type { DesignDesk } from '../designs/design-desk.ts'

/** @param isBusy whether something is being trained, beside which a measurement takes longer */
export function designHandlers(
  designs: DesignDesk,
  estimator: Estimator,
  isBusy: () => boolean,
): HandlersOf<'config' | 'design' | 'cells' | 'cell' | 'dataset'> {
  return {
    'config.resolve': (payload) => designs.resolve(payload),
    'design.estimate': async ({ estimateId, config }) => {
      const isBesideRun = isBusy()
      const strategies = await estimator.measure(estimateId, config)
      return { isBesideRun: isBesideRun || isBusy(), strategies }
    },
    'design.cancel-estimate': async ({ estimateId }) => {
      estimator.cancel(estimateId)
      return null
    },
    'cells.list': async () => listCells(),
    'cell.check': (payload) => designs.checkCell(payload),
    'dataset.preview': (payload) => designs.ask('preview', payload),
  }
}
