/**
 * Questions of a form that is typed in: two are under way at most, so that one over which the lab is long holds up nothing; of those that
 * come meanwhile, the newest waits and those before it are forgotten.
 */

/** @param isNewest whether no other was asked since */
export type Question = (isNewest: () => boolean) => Promise<void>

const MOST_UNDER_WAY = 2

/** @returns takes a question, which tells its answer itself, and what goes wrong with it */
export function newestQuestion(): (question: Question) => void {
  let newest: Question | null = null
  let waiting: Question | null = null
  let underWay = 0

  function begin(question: Question): void {
    underWay++
    void question(() => newest === question).finally(() => {
      underWay--
      const next = waiting
      waiting = null
      if (next) begin(next)
    })
  }

  return (question) => {
    newest = question
    if (underWay < MOST_UNDER_WAY) begin(question)
    else waiting = question
  }
}
