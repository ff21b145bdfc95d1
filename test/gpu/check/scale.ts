/** How much the check does: all of it, a quick part, or tiny sizes that a software adapter can do, too. */
import { SHORT, WHOLE } from '../../unit/backends/conformance/checks.ts'
import type { CellCounts } from '../../unit/backends/conformance/cells.ts'
import { stepCases, type StepCase } from '../../bench/step-cases.ts'
import type { VaaSize } from '../../bench/vaa-run.ts'

export const SCALES = ['whole', 'quick', 'tiny'] as const
export type ScaleName = (typeof SCALES)[number]

export interface Scale {
  /** Files of golden cases. */
  readonly golden: RegExp
  readonly cells: CellCounts
  readonly cases: readonly StepCase[]
  /** Seeds side by side, each measured. */
  readonly replicas: readonly number[]
  /** By which layers are apart, each measured; null: one after the other. */
  readonly chunks: readonly (number | null)[]
  /** Timed steps of a case, of ours and of a peer. */
  readonly timedSteps: number
  readonly vaa: VaaSize
  readonly convergenceSteps: number
  /** Floats that are copied, and the side of a square product. */
  readonly copiedFloats: number
  readonly productSide: number
}

const peerCases = stepCases.filter(({ peer, replicas }) => replicas === 1 && peer !== null)
const ownCells = stepCases.filter(({ name }) => /^(own|brc|double-gru)-/.test(name))

const WHOLE_SCALE: Scale = {
  golden: /\.json$/,
  cells: WHOLE,
  cases: [...peerCases, ...ownCells],
  replicas: [1, 8],
  chunks: [null, 16, 32, 64],
  timedSteps: 15,
  vaa: { units: 256, layers: 2, steps: 200, batch: 100, inputs: 2 },
  convergenceSteps: 10_000,
  copiedFloats: 2 ** 26,
  productSide: 4096,
}

/** Of a case, sizes that a processor computes in a blink. */
const tiny = (testCase: StepCase): StepCase => ({
  ...testCase,
  parts: testCase.parts.map((part) => ({ ...part, units: 8 })),
  steps: 6,
  batch: 4,
  lossSteps: 2,
  peer: testCase.peer && { ...testCase.peer, hidden: 8, steps: 6, batch: 4, lossSteps: 2 },
})

export const scales: Readonly<Record<ScaleName, Scale>> = {
  whole: WHOLE_SCALE,
  quick: {
    ...WHOLE_SCALE,
    golden: /(gru|measure|adam)[^/]*\.json$/,
    cells: SHORT,
    cases: WHOLE_SCALE.cases.filter(({ name }) => /^(gru|lstm|mgu)-2x256-T200-B32$/.test(name)),
    timedSteps: 8,
  },
  tiny: {
    ...WHOLE_SCALE,
    golden: /^train-gru\.json$/,
    cells: { isShort: true, randomCount: 1 },
    cases: WHOLE_SCALE.cases.filter(({ name }) => name === 'mgu-2x256-T200-B32').map(tiny),
    replicas: [1, 2],
    chunks: [null, 2],
    timedSteps: 2,
    vaa: { units: 8, layers: 2, steps: 6, batch: 4, inputs: 2 },
    convergenceSteps: 200,
    copiedFloats: 2 ** 16,
    productSide: 64,
  },
}
