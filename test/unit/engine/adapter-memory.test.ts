/** What is remembered of an adapter: for this adapter and driver alone, and nothing that a damaged file says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AdapterMemory } from '../../../main/engine/webgpu/adapter-memory.ts'
import { rememberingBackend } from '../../../main/engine/webgpu/remembering-backend.ts'
import { choosingBackend } from '../training/choosing-backend.ts'
import { toyNetwork } from '../training/toy.ts'

const ADAPTER = { device: 'Card 1', driver: '1.0' }
const SHAPE = { rows: 4, slices: 1 }

let folder: string

beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'adapter-memory-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

it('a shape and a passed test are there for the next process, each beside the other', async () => {
  const memory = await AdapterMemory.read(folder, ADAPTER)
  await memory.rememberRight()
  await memory.addTuning({ 'gru / 5': SHAPE })
  const again = await AdapterMemory.read(folder, ADAPTER)
  expect(again.isRight).toBe(true)
  expect(again.tuning).toEqual({ 'gru / 5': SHAPE })
})

it('what two processes find out at the same time is kept, all of it', async () => {
  const [one, other] = [await AdapterMemory.read(folder, ADAPTER), await AdapterMemory.read(folder, ADAPTER)]
  await one.rememberRight()
  await one.addTuning({ 'gru / 5': SHAPE })
  await other.addTuning({ 'lstm / 5': SHAPE })
  const now = await AdapterMemory.read(folder, ADAPTER)
  expect(now.isRight).toBe(true)
  expect(now.tuning).toEqual({ 'gru / 5': SHAPE, 'lstm / 5': SHAPE })
})

it('another driver is tested and measured anew, and the first one stays known', async () => {
  await (await AdapterMemory.read(folder, ADAPTER)).rememberRight()
  const other = await AdapterMemory.read(folder, { ...ADAPTER, driver: '2.0' })
  expect(other.isRight).toBe(false)
  await other.addTuning({ 'gru / 5': SHAPE })
  expect((await AdapterMemory.read(folder, ADAPTER)).isRight).toBe(true)
})

it.each(['', '{', '[]', 'null', '{"0.1.0 / Card 1 / 1.0": {"isRight": "yes"}}'])(
  'a damaged file (%s) says nothing',
  async (text) => {
    await writeFile(path.join(folder, 'webgpu.json'), text)
    expect((await AdapterMemory.read(folder, ADAPTER)).isRight).toBe(false)
  },
)

describe('a backend that remembers', () => {
  it('measures once for all processes', async () => {
    const first = choosingBackend('fast')
    await rememberingBackend(first.backend, await AdapterMemory.read(folder, ADAPTER)).createEngine(toyNetwork(), 1)
    const second = choosingBackend('faster')
    const remembering = rememberingBackend(second.backend, await AdapterMemory.read(folder, ADAPTER))
    expect((await remembering.createEngine(toyNetwork(), 1)).tuning).toEqual({ choice: 'fast' })
    expect([first.measurementCount(), second.measurementCount()]).toEqual([1, 0])
  })

  it('does as it is asked, and takes nothing that was asked for as measured', async () => {
    const memory = await AdapterMemory.read(folder, ADAPTER)
    const { backend } = choosingBackend('fast')
    const asked = await rememberingBackend(backend, memory).createEngine(toyNetwork(), 1, { choice: 'recorded' })
    expect(asked.tuning).toEqual({ choice: 'recorded' })
    expect((await AdapterMemory.read(folder, ADAPTER)).tuning).toEqual({})
  })
})
