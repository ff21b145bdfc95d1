/**
 * How long tests wait for what has to come. Nothing is measured by it: a test ends as soon as the thing is there, and the bounds are so wide
 * that on a machine whose cores are busy with something else, too, only what never comes is missed.
 */

/** For one thing: a page, a text on it, an answer, the state of a run. */
export const PATIENCE_MS = 90_000

/** For a whole test or its set-up. */
export const TEST_PATIENCE_MS = 5 * PATIENCE_MS
