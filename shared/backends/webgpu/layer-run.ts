/**
 * The parts of a layer over one sequence, segment by segment: each part's own preparations, all their loops over time together, and what follows from
 * them for each part again.
 */
import type { StepRange } from './command-queue.ts'
import type { BackwardOptions, PartRun, RunContext, RunSize } from './part-run.ts'
import type { ReplicaBlock } from './replica-blocks.ts'

/** What the kernels of a layer's parts read, or write in their own columns, alike. */
const COMMON_FORWARD = new Set(['inputs'] as const)
const COMMON_BACKWARD = new Set(['above', 'reached', 'entering', 'stateAdjoints'] as const)

/** A part with what comes to it on the way back. */
export interface BackwardPart {
  readonly run: PartRun
  readonly options: BackwardOptions
}

/** @param runs of one layer and one size */
export async function runForward(context: RunContext, runs: readonly PartRun[]): Promise<void> {
  if (runs.length === 0) return
  const blocks = runs.map(({ saved }) => saved)
  for (const segment of runs[0]!.segments()) await runSegment(context, runs, segment, blocks)
}

/** @param parts of one layer and one size, whose adjoints come from the same blocks */
export async function runBackward(context: RunContext, parts: readonly BackwardPart[]): Promise<void> {
  if (parts.length === 0) return
  const runs = parts.map(({ run }) => run)
  const { size } = runs[0]!
  const { buffers } = context.launcher.device
  for (const segment of runs[0]!.segments().reverse()) {
    const again = runs.map((run) => run.takeSaved(segment))
    if (again.some((block) => block !== null)) await runSegment(context, runs, segment, again)
    const rows = runs.map((run, index) => run.takeAdjoints(segment, again[index] ?? null))
    await context.loops.run(
      parts.map(({ run, options }, index) => run.backwardCall(rows[index]!, options)),
      loopSize(size, segment, true),
      COMMON_BACKWARD,
      size.replicas,
    )
    parts.forEach(({ run, options }, index) => {
      run.addToGradients(rows[index]!, options)
      buffers.giveBack(rows[index]!.adjoints.buffer)
      if (again[index]) buffers.giveBack(again[index].buffer)
    })
  }
}

/** @param saved hold what the way back reads, of this segment; null: nothing is kept */
async function runSegment(
  { loops, launcher }: RunContext,
  runs: readonly PartRun[],
  segment: StepRange,
  saved: readonly (ReplicaBlock | null)[],
): Promise<void> {
  const { size } = runs[0]!
  const products = runs.map((run) => run.multiplyInputs(segment))
  await loops.run(
    runs.map((run, index) => run.forwardCall(segment, products[index]!, saved[index] ?? null)),
    loopSize(size, segment, false),
    COMMON_FORWARD,
    size.replicas,
  )
  for (const { buffer } of products) launcher.device.buffers.giveBack(buffer)
}

const loopSize = (
  { batch }: RunSize,
  { first, last }: StepRange,
  isBackward: boolean,
): { steps: number; batch: number; isBackward: boolean } => ({ steps: last - first, batch, isBackward })
