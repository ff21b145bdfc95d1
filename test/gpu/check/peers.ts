/**
 * The peers' training steps on the same card, one library a section: one that is not installed, or compiles for too long, takes nothing from the
 * others. One seed of every case comes before several of any.
 */
import path from 'node:path'
import { LineServer } from '../../bench/line-server.ts'
import type { PeerCase } from '../../bench/step-cases.ts'
import type { Section } from './section.ts'
import { addTimes } from './steps.ts'

const PEERS_FOLDER = path.join(import.meta.dirname, '..', '..', 'bench', 'peers')
/** A case's timed steps take about this long, where they take long. */
const CASE_MS = 2000
const LEAST_STEPS = 2

interface PeerSection {
  readonly name: string
  readonly library: 'torch' | 'jax'
  readonly limitSeconds: number
  /** torch: loops of a step that is compiled. */
  readonly isCompiled: boolean
  readonly isFor: (peerCase: PeerCase) => boolean
}

export const peerSections: readonly Section[] = [
  peerSection({ name: 'torch', library: 'torch', limitSeconds: 50, isCompiled: false, isFor: () => true }),
  // It compiles each for some 15 s: those that say the most.
  peerSection({
    ...{ name: 'jax', library: 'jax', limitSeconds: 70, isCompiled: false },
    isFor: ({ name }) => name.endsWith('-2x256-T200-B32'),
  }),
  // What torch has as one layer is compiled already.
  peerSection({
    ...{ name: 'torch with compiled loops', library: 'torch', limitSeconds: 40, isCompiled: true },
    isFor: ({ cell }) => cell !== 'gru' && cell !== 'lstm',
  }),
]

function peerSection({ name, library, limitSeconds, isCompiled, isFor }: PeerSection): Section {
  return {
    name,
    limitSeconds,
    run: async ({ report, scale }) => {
      process.env.PEER_DEVICE ??= 'cuda'
      if (isCompiled) process.env.PEER_COMPILED = '1'
      const server = await LineServer.start<
        { peer: string },
        { case: PeerCase; steps: number },
        { times: readonly number[] }
      >(name, 'python3', [path.join(PEERS_FOLDER, `${library}_peer.py`)])
      const time = async (peerCase: PeerCase, steps: number): Promise<readonly number[]> =>
        (await server.ask({ case: peerCase, steps })).times
      const cases = scale.cases.flatMap(({ peer }) => (peer !== null && isFor(peer) ? [peer] : []))
      try {
        for (const replicas of scale.replicas)
          for (const peer of cases) {
            const peerCase = { ...peer, replicas }
            const [firstMs] = await time(peerCase, 1)
            const steps = Math.min(scale.timedSteps, Math.max(LEAST_STEPS, Math.floor(CASE_MS / firstMs!)))
            addTimes(report, server.hello.peer, peerCase, await time(peerCase, steps))
          }
      } finally {
        server.close()
      }
    },
  }
}
