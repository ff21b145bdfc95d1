/** What is remembered of an adapter: for this adapter and driver alone, and nothing that a damaged file says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AdapterMemory } from '../../../main/engine/webgpu/adapter-memory.ts'
import type { RecurrenceShape } from '../../../shared/backends/webgpu/wgsl/recurrence-shapes.ts'

const ADAPTER = { vendor: 'maker', name: 'Card 1', driver: '1.0' }
const SHAPE: RecurrenceShape = {
  rows: 4,
  invocations: 64,
  slices: 1,
  subgroups: false,
  keptVectors: 0,
  memoryBytes: 16_384,
}

let folder: string

beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'adapter-memory-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

it('a shape and a passed test are there for the next process, each beside the other', async () => {
  const memory = await AdapterMemory.read(folder, ADAPTER)
  await memory.rememberRight()
  await memory.set('gru / 5', SHAPE)
  const again = await AdapterMemory.read(folder, ADAPTER)
  expect(again.isRight).toBe(true)
  expect(again.get('gru / 5')).toEqual(SHAPE)
  expect(again.get('gru / 6')).toBeNull()
})

it('another driver is tested and measured anew, and the first one stays known', async () => {
  await (await AdapterMemory.read(folder, ADAPTER)).rememberRight()
  const other = await AdapterMemory.read(folder, { ...ADAPTER, driver: '2.0' })
  expect(other.isRight).toBe(false)
  await other.set('gru / 5', SHAPE)
  expect((await AdapterMemory.read(folder, ADAPTER)).isRight).toBe(true)
})

it.each(['', '{', '[]', 'null', '{"0.1.0 / maker / Card 1 / 1.0": {"isRight": "yes"}}'])(
  'a damaged file (%s) says nothing',
  async (text) => {
    await writeFile(path.join(folder, 'webgpu.json'), text)
    expect((await AdapterMemory.read(folder, ADAPTER)).isRight).toBe(false)
  },
)
