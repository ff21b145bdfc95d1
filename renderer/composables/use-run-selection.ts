/** Runs chosen in the table. One choice for the window. */
import { makeSelection } from './use-selection.ts'

const selection = makeSelection<string>()

export const useRunSelection = () => selection
