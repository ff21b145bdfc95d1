/** Entries chosen in the trash. One choice for the window. */
import type { TrashKey } from '../../shared/protocol/trash.ts'
import { makeSelection } from '../composables/use-selection.ts'

const selection = makeSelection<TrashKey>()

export const useTrashSelection = () => selection
