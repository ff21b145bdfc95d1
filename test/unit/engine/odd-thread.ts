/** A thread that answers some questions, and others as a damaged or endless one would: for asked-pool.test.ts. */
import { answerQuestions } from '../../../main/engine/answer-questions.ts'

export type OddQuestions = {
  double: { ask: number; answer: number }
  /** Writes the array's first element, and waits until somebody else writes the second. */
  hold: { ask: Int32Array; answer: null }
  never: { ask: null; answer: null }
  end: { ask: null; answer: null }
  fill: { ask: null; answer: null }
}

answerQuestions<OddQuestions>({
  double: (value) => 2 * value,
  hold: (shared) => {
    Atomics.add(shared, 0, 1)
    Atomics.wait(shared, 1, 0)
    return null
  },
  never: () => {
    for (;;);
  },
  end: () => process.exit(7),
  fill: () => {
    const kept: unknown[] = []
    for (;;) kept.push(Array.from({ length: 1000 }, () => ({ kept })))
  },
})
