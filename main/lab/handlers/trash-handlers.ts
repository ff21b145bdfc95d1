/** Commands about the trash: what lies in it, and what is taken back or erased. */
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import type { RunStore } from '../../store/run-store.ts'
import { isInTrash } from '../../store/trash.ts'
import type { LabTrash } from '../trash/lab-trash.ts'

/** @param home of the runs in `store` */
export function trashHandlers({ catalog, desk }: LabTrash, home: string, store: RunStore): HandlersOf<'trash'> {
  return {
    'trash.state': () => catalog.state(),
    'trash.list': (query) => catalog.page(query),
    'trash.holds': ({ runId }) => isInTrash(home, store, runId),
    'trash.ids': (query) => catalog.keys(query),
    'trash.sum': ({ keys }) => catalog.sum(keys),
    'trash.restore': ({ keys }) => desk.restore(keys),
    'trash.erase': ({ keys }) => desk.erase(keys),
  }
}
