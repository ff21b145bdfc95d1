/** By which chunks the layers of a network are apart: those of a tuning where they can be used, others are measured. */
import { expect, it } from 'vitest'
import { chunksToTry } from '../../../../shared/backends/webgpu/shapes.ts'
import { chooseChunks, chunksKey } from '../../../../shared/backends/webgpu/tune/choose-chunks.ts'
import { fastestOf } from '../../../../shared/backends/webgpu/tune/step-time.ts'
import { network, part } from '../networks.ts'

const TWO_LAYERS = network([[part('gru', 8)], [part('gru', 8), part('lstm', 4)]], { inputs: 2, outputs: 1 })
const ONE_LAYER = network([[part('gru', 8)]], { inputs: 2, outputs: 1 })

async function choose(tuning: Readonly<Record<string, unknown>>, candidates: readonly (number | null)[]) {
  let measurements = 0
  const pick = async (): Promise<number> => (measurements++, 32)
  return { ...(await chooseChunks(TWO_LAYERS, tuning, candidates, pick)), measurements }
}

it('they are measured where no tuning gives them, and leave as a tuning that does', async () => {
  const chosen = await choose({}, [null, 16, 32])
  expect(chosen).toMatchObject({ chunkSteps: 32, measurements: 1 })
  expect(await choose(chosen.tuning, [null, 16, 32])).toEqual({ ...chosen, measurements: 0 })
})

it('layers that go one after the other by a tuning do so without being measured', async () => {
  const tuning = { [chunksKey(TWO_LAYERS)]: null }
  expect(await choose(tuning, [32, null])).toEqual({ chunkSteps: null, measurements: 0, tuning })
})

it.each([7, 'wide', {}, '32'])('chunks that cannot be used here (%j) count as none', async (chunks) => {
  expect(await choose({ [chunksKey(TWO_LAYERS)]: chunks }, [null, 32])).toMatchObject({ measurements: 1 })
})

it('nothing is measured or told where there is no choice', async () => {
  expect(await choose({}, [null])).toEqual({ chunkSteps: null, measurements: 0, tuning: {} })
})

it('a stack has a choice on a graphics processor; a layer alone, and software that imitates one, have none', () => {
  expect(chunksToTry({ isSoftware: false }, TWO_LAYERS).length).toBeGreaterThan(1)
  expect(chunksToTry({ isSoftware: true }, TWO_LAYERS)).toEqual([null])
  expect(chunksToTry({ isSoftware: false }, ONE_LAYER)).toEqual([null])
})

it('other stacks are measured for themselves', () => {
  const upsideDown = network([[part('gru', 8), part('lstm', 4)], [part('gru', 8)]], { inputs: 2, outputs: 1 })
  expect(new Set([TWO_LAYERS, ONE_LAYER, upsideDown].map(chunksKey)).size).toBe(3)
})

it('of several choices the likeliest is left for a clear gain alone', async () => {
  const msOf = (ms: Readonly<Record<string, number>>) => async (choice: string) => ms[choice]!
  expect(await fastestOf(['a', 'b', 'c'], msOf({ a: 10, b: 9.8, c: 9 }))).toBe('c')
  expect(await fastestOf(['a', 'b', 'c'], msOf({ a: 10, b: 9.8, c: 9.6 }))).toBe('a')
  expect(await fastestOf(['a', 'b'], msOf({ a: Infinity, b: Infinity }))).toBe('a')
})
