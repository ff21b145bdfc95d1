/**
 * Layers over one sequence, each a list of parts: their inputs and first states enter, states of every step leave; adjoints enter, gradients and the
 * adjoints of inputs and first states leave. Which layers go beside which others, and how far at a time, layer-waves.ts says: no bit depends on it.
 */
import type { StepRange } from './command-queue.ts'
import { layersTogether, segmentsOf, wavesOf } from './layer-waves.ts'
import type { BackwardOptions, HeldRows, PartRun, RunContext, RunSize, SegmentRows } from './part-run.ts'
import { giveBackPieces, takePieces, type Piece } from './replica-blocks.ts'

/** A layer on the way there. */
export interface ForwardLayer {
  readonly runs: readonly PartRun[]
  /** Makes inputs of what the layer below has handed on in these steps; said before each of them. */
  readonly takeInputs: (steps: StepRange) => void
}

/** A part with what comes to it on the way back. */
export interface BackwardPart {
  readonly run: PartRun
  readonly options: BackwardOptions
}

/** A layer on the way back. */
export interface BackwardLayer {
  readonly parts: readonly BackwardPart[]
  /** Makes adjoints of the outputs below of those of the inputs, which are there for these steps. */
  readonly handOn: (steps: StepRange) => void
}

/** @param layers all of them, the lowest first */
export async function runForward(context: RunContext, layers: readonly ForwardLayer[], size: RunSize): Promise<void> {
  const cuts = context.cuts(size)
  for (const together of layersTogether(layers, cuts))
    for (const segment of segmentsOf(size.steps, cuts))
      await runSegment(context, together, segment, size, ({ rows: { saved } }) => saved && { piece: saved, first: 0 })
}

/** @param layers that go together (layer-waves.ts), the top first */
export async function runBackward(context: RunContext, layers: readonly BackwardLayer[], size: RunSize): Promise<void> {
  for (const segment of segmentsOf(size.steps, context.cuts(size)).reverse())
    await runSegmentBackward(context, layers, segment, size)
}

/** @param savedOf where a part keeps what the way back reads; null: nowhere */
async function runSegment(
  context: RunContext,
  layers: readonly ForwardLayer[],
  segment: StepRange,
  size: RunSize,
  savedOf: (run: PartRun) => HeldRows | null,
): Promise<void> {
  const { loops, launcher } = context
  for (const wave of wavesOf(layers, segment, context.cuts(size), false)) {
    for (const { layer, steps } of wave) layer.takeInputs(steps)
    const members = wave.flatMap(({ layer, steps }) => layer.runs.map((run) => ({ run, steps })))
    const gates = takePieces(
      launcher.device,
      size.replicas,
      members.map(({ run, steps }) => run.productFloats(steps)),
    )
    members.forEach(({ run, steps }, index) => run.multiplyInputs(steps, gates[index]!))
    await loops.run(
      members.map(({ run, steps }, index) => run.forwardCall(steps, gates[index]!, savedOf(run))),
      { batch: size.batch, isBackward: false },
      size.replicas,
    )
    giveBackPieces(launcher.device, gates)
  }
}

async function runSegmentBackward(
  context: RunContext,
  layers: readonly BackwardLayer[],
  segment: StepRange,
  size: RunSize,
): Promise<void> {
  const { loops, launcher } = context
  const parts = layers.flatMap((layer) => layer.parts)
  const saved = await takeSaved(context, layers, segment, size)
  const adjoints = takePieces(
    launcher.device,
    size.replicas,
    parts.map(({ run }) => run.adjointFloats(segment)),
  )
  const rowsOf = new Map(
    parts.map(({ run }, index): [PartRun, SegmentRows] => [
      run,
      { segment, saved: saved.of(run), adjoints: { piece: adjoints[index]!, first: segment.first } },
    ]),
  )
  for (const wave of wavesOf(layers, segment, context.cuts(size), true)) {
    const members = wave.flatMap(({ layer, steps }) => layer.parts.map((part) => ({ ...part, steps })))
    await loops.run(
      members.map(({ run, options, steps }) => run.backwardCall(steps, rowsOf.get(run)!, options)),
      { batch: size.batch, isBackward: true },
      size.replicas,
    )
    for (const { run, options, steps } of members)
      if (options.inputAdjoint) run.addInputAdjoint(steps, rowsOf.get(run)!, options.inputAdjoint)
    for (const { layer, steps } of wave) layer.handOn(steps)
  }
  for (const { run, options } of parts) if (options.movesWeights) run.addGradients(rowsOf.get(run)!, options.marks)
  giveBackPieces(launcher.device, [...adjoints, ...saved.taken])
}

/** Where each part's values of a segment are kept; those that were not are computed again. */
async function takeSaved(
  context: RunContext,
  layers: readonly BackwardLayer[],
  segment: StepRange,
  size: RunSize,
): Promise<{ readonly of: (run: PartRun) => HeldRows; readonly taken: readonly Piece[] }> {
  const runs = layers.flatMap(({ parts }) => parts.map(({ run }) => run))
  const again = runs.filter(({ rows }) => rows.saved === null)
  const taken = takePieces(
    context.launcher.device,
    size.replicas,
    again.map((run) => run.savedFloats(segment)),
  )
  const rows = new Map(
    again.map((run, index): [PartRun, HeldRows] => [run, { piece: taken[index]!, first: segment.first }]),
  )
  const of = (run: PartRun): HeldRows => rows.get(run) ?? { piece: run.rows.saved!, first: 0 }
  if (again.length > 0) {
    const there = [...layers].reverse().map(({ parts }) => ({
      runs: parts.map(({ run }) => run),
      takeInputs: () => undefined, // the first time has left them
    }))
    await runSegment(context, there, segment, size, of)
  }
  return { of, taken }
}
