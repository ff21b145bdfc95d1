/**
 * Jobs of replicas that run side by side: what their programs ask for in one round enters; what is alike is done as one call for all of them,
 * so that a dispatch has the replicas as a dimension of its grid.
 */
import type { Program } from '../programs/program.ts'

/** What one replica asks of the device. */
export interface GpuJob {
  /** Jobs of one key are done by one call: same work, same sizes, same buffers. */
  readonly key: string
  readonly replica: number
  readonly request: unknown
  /** Answers in the order of the entries. The same function for every job of a key. */
  readonly work: (entries: readonly JobEntry<unknown>[]) => readonly unknown[] | Promise<readonly unknown[]>
  /** There once the job is done. */
  answer?: unknown
}

/** A replica and what it asks. */
export interface JobEntry<Request> {
  readonly replica: number
  readonly request: Request
}

/** The program of one job. */
export function* ask<Request, Answer>(
  key: string,
  replica: number,
  request: Request,
  work: (entries: readonly JobEntry<Request>[]) => readonly Answer[] | Promise<readonly Answer[]>,
): Program<GpuJob, Answer> {
  const job: GpuJob = { key, replica, request, work: work as GpuJob['work'] }
  yield job
  return job.answer as Answer
}

/** Does the jobs of one round. */
export async function runJobs(jobs: readonly GpuJob[]): Promise<void> {
  const groups = new Map<string, GpuJob[]>()
  for (const job of jobs) {
    const known = groups.get(job.key)
    if (known) known.push(job)
    else groups.set(job.key, [job])
  }
  for (const group of groups.values()) {
    const answers = await group[0]!.work(group)
    group.forEach((job, place) => (job.answer = answers[place]))
  }
}
