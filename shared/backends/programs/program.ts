/**
 * A program of one replica (a training step, a warm-up step, a measurement) as a generator: it yields the jobs that it needs done and
 * goes on when they are. So the programs of several replicas run side by side, and what they ask for at a time is done as one.
 */
export type Program<Job, Result> = Generator<Job, Result, void>

/** Does jobs all together. A processor has done them when the call returns, a device when what is returned has come. */
export type RunJobs<Job> = (jobs: readonly Job[]) => void | Promise<void>

/** Rounds of jobs between two breaths. */
const BREATH_ROUNDS = 16

/**
 * Runs programs to their ends.
 * @param run does the jobs, one of each program that has not ended
 * @param breathe for programs that take long: lets others have their turn now and then; what it throws ends the programs where they are
 * @returns their results, in the order of the programs
 */
export async function runSideBySide<Job, Result>(
  programs: readonly Program<Job, Result>[],
  run: RunJobs<Job>,
  breathe?: () => Promise<void>,
): Promise<Result[]> {
  const results: Result[] = []
  const open = new Map(programs.entries())
  for (let round = 1; ; round++) {
    const jobs = advance(open, results)
    if (jobs.length === 0) return results
    const done = run(jobs)
    if (done !== undefined) await done
    if (breathe !== undefined && round % BREATH_ROUNDS === 0) await breathe()
  }
}

/** @param open those that have not ended, by their place. @returns the next job of each of them that has one */
function advance<Job, Result>(open: Map<number, Program<Job, Result>>, results: Result[]): Job[] {
  const jobs: Job[] = []
  for (const [index, program] of open) {
    const { done, value } = program.next()
    if (done) {
      results[index] = value
      open.delete(index)
    } else jobs.push(value)
  }
  return jobs
}

/** The program of work that is done already. */
export function* finished<Result>(result: Result): Program<never, Result> {
  yield* []
  return result
}
