/**
 * What a row of a long table shows: the thing that is asked for, or, until it is there, the one before. Its element keeps what it showed, out of
 * sight: a jump through the table then changes no cell twice.
 */
import { computed, type ComputedRef } from 'vue'

/** @param asked undefined: still asked for */
export function useLastKnown<Thing>(asked: () => Thing | undefined): ComputedRef<Thing | undefined> {
  let kept: Thing | undefined
  return computed(() => (kept = asked() ?? kept))
}
