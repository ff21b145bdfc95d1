/** What becomes of the wish to close a window: it closes, unless it is the last one while something is trained. Then the user has a say. */
import type { Settings } from '../../shared/protocol/settings.ts'

export interface Closing {
  readonly isBusy: boolean
  readonly isLast: boolean
  /** The quit has been confirmed and all is saved. */
  readonly isSaved: boolean
  readonly whenClosed: Settings['whenClosed']
}

export type ClosingDecision = 'close' | 'ask' | 'train-on' | 'pause-and-quit'

export function decideClosing({ isBusy, isLast, isSaved, whenClosed }: Closing): ClosingDecision {
  if (isSaved || !isLast || !isBusy) return 'close'
  if (whenClosed === 'ask') return 'ask'
  return whenClosed === 'train-on' ? 'train-on' : 'pause-and-quit'
}
