/** The training steps that are timed: the cases that the peers have too (cases.json), and ours alone. A case is data; networks.ts builds it. */
import peerCases from './cases.json' with { type: 'json' }

/** A case as the peers read it. */
export interface PeerCase {
  readonly name: string
  readonly cell: string
  readonly layers: number
  readonly hidden: number
  readonly steps: number
  readonly batch: number
  readonly inputs: number
  /** The last steps of a series, at which the loss is taken. */
  readonly lossSteps: number
  readonly replicas: number
}

export interface StepCase {
  readonly name: string
  /** The parts of every layer; `cell` is a name of the lab or equations. */
  readonly parts: readonly { readonly cell: string; readonly units: number; readonly warm: boolean }[]
  readonly layers: number
  readonly steps: number
  readonly batch: number
  readonly inputs: number
  readonly lossSteps: number
  readonly replicas: number
  /** The same for the peers; null where they have nothing like it. */
  readonly peer: PeerCase | null
}

/** Not in the library, so that nothing in the engine can have been made for it: an update gate alone (Collins et al. 2017, UGRNN). */
export const OWN_CELL = `
cell own

g  = sigmoid(W_g x + U_g h + b_g)
h' = g * h + (1 - g) * tanh(W_c x + U_c h + b_c)
`

const DENOISING = { layers: 2, steps: 200, batch: 32, inputs: 2, lossSteps: 5, replicas: 1, peer: null }

const ownCases: readonly StepCase[] = [
  {
    ...DENOISING,
    name: 'double-gru-2x128+128-T200-B32',
    parts: [
      { cell: 'gru', units: 128, warm: true },
      { cell: 'gru', units: 128, warm: false },
    ],
  },
  {
    ...DENOISING,
    name: 'double-gru-brc-2x128+128-T200-B32',
    parts: [
      { cell: 'gru', units: 128, warm: true },
      { cell: 'brc', units: 128, warm: false },
    ],
  },
  { ...DENOISING, name: 'brc-2x256-T200-B32', parts: [{ cell: 'brc', units: 256, warm: true }] },
  { ...DENOISING, name: 'own-2x256-T200-B32', parts: [{ cell: OWN_CELL, units: 256, warm: true }] },
]

function fromPeerCase(peer: PeerCase): StepCase {
  const { cell, hidden, ...rest } = peer
  return { ...rest, parts: [{ cell, units: hidden, warm: true }], peer }
}

export const stepCases: readonly StepCase[] = [...(peerCases as PeerCase[]).map(fromPeerCase), ...ownCases]

/** @param name one of `stepCases` */
export function stepCase(name: string): StepCase {
  const found = stepCases.find((candidate) => candidate.name === name)
  if (!found) throw new Error(`No case of training is called ${name}.`)
  return found
}
