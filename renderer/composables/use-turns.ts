/** One thing after another, as it was asked for: a key that follows fast finds done what the one before has begun. In a component's setup. */
import { toWireError } from '../../shared/errors/wire-error.ts'
import { useLabStore } from '../stores/lab-store.ts'

/** @returns takes what is to be done when everything before is; what goes wrong becomes a notice */
export function useTurns(): (act: () => Promise<void> | void) => void {
  const lab = useLabStore()
  let tail: Promise<void> = Promise.resolve()
  return (act) => {
    tail = tail.then(act).catch((error: unknown) => lab.addNotice(null, toWireError(error)))
  }
}
