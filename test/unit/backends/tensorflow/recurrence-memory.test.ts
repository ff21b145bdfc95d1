/** What a measurement of many steps holds in TensorFlow, counted on a session that computes nothing. */
import { expect, it } from 'vitest'
import type { FetchedTensor, GraphSession } from '../../../../shared/backends/tensorflow/graph-session.ts'
import { TensorflowEngine } from '../../../../shared/backends/tensorflow/tensorflow-engine.ts'
import { network, part } from '../networks.ts'
import { convergeRequest } from '../conformance/requests.ts'

const NET = network([[part('gru', 4)]], { inputs: 2, outputs: 1 })
const ROWS = 16

/** Every tensor is zeros of the shape that the signature has; no step equals another. */
class CountingSession implements GraphSession {
  open = 0
  openBlocks = 0
  mostBlocks = 0

  async run(signature: string): Promise<Record<string, FetchedTensor>> {
    const shapes: Record<string, Record<string, number[]>> = {
      sequence: { history: [10, ROWS, NET.stateSize], outputs: [9, ROWS, 4] },
      constant: { history: [65, ROWS, NET.stateSize] },
      'watch-steps': { equal: [64], residuals: [64] },
      'take-states': { rows: [ROWS, NET.stateSize] },
    }
    const outputs = Object.entries(shapes[signature]!)
    return Object.fromEntries(outputs.map(([name, shape]) => [name, this.#tensor(shape)]))
  }

  async dispose(): Promise<void> {
    // It holds nothing.
  }

  #tensor(shape: readonly number[]): FetchedTensor {
    const isBlock = shape.length === 3
    this.open++
    if (isBlock) this.mostBlocks = Math.max(this.mostBlocks, ++this.openBlocks)
    return {
      shape,
      read: () => new Float32Array(shape.reduce((product, size) => product * size, 1)),
      readEntry: () => new Float32Array(ROWS * NET.stateSize),
      dispose: () => {
        this.open--
        if (isBlock) this.openBlocks--
      },
    }
  }
}

it('a run of thousands of steps holds the states of one block of them, and nothing after its end', async () => {
  const session = new CountingSession()
  const engine = new TensorflowEngine(NET, 1, session, false)
  await engine.converge([convergeRequest(NET, 5000)])
  expect(session.mostBlocks).toBeLessThanOrEqual(2) // the series' own sequence has outputs, too
  expect(session.open).toBeGreaterThan(0)
  await engine.dispose()
  expect(session.open).toBe(0)
})
