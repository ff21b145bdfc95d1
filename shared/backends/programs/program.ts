/**
 * A program of one replica (a training step, a warm-up step, a measurement) as a generator: it yields the jobs that it needs done and
 * goes on when they are. So the programs of several replicas run side by side, and what they ask for at a time is done as one.
 */
export type Program<Job, Result> = Generator<Job, Result, void>

/**
 * Runs programs to their ends.
 * @param run does the jobs, one of each program that has not ended, all together
 * @returns their results, in the order of the programs
 */
export function runSideBySide<Job, Result>(
  programs: readonly Program<Job, Result>[],
  run: (jobs: readonly Job[]) => void,
): Result[] {
  const results: Result[] = []
  let open = [...programs.entries()]
  for (;;) {
    const jobs: Job[] = []
    open = open.filter(([index, program]) => {
      const { done, value } = program.next()
      if (done) results[index] = value
      else jobs.push(value)
      return !done
    })
    if (jobs.length === 0) return results
    run(jobs)
  }
}

/** The program of work that is done already. */
export function* finished<Result>(result: Result): Program<never, Result> {
  yield* []
  return result
}
