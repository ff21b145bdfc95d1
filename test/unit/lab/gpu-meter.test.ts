/** The load of a run's graphics processor: its own facts, asked now and then, and nothing for a run on the processor. */
import { expect, it } from 'vitest'
import type { GpuFacts } from '../../../main/engine/gpu-facts.ts'
import { GpuMeter } from '../../../main/lab/gpu-meter.ts'

const facts = (name: string, busyShare: number): GpuFacts => ({
  name,
  driver: '1',
  memoryBytes: 100,
  usedBytes: 10,
  busyShare,
})

it('is that of the run’s device once its driver has answered, and is asked once meanwhile', async () => {
  let askedCount = 0
  let nowMs = 0
  const meter = new GpuMeter(
    () => {
      askedCount++
      return Promise.resolve([facts('NVIDIA A100', 0.1), facts('NVIDIA H100', 0.9)])
    },
    () => nowMs,
  )
  expect(meter.read('NVIDIA H100')).toBeNull()
  expect(meter.read('NVIDIA H100')).toBeNull()
  await expect.poll(() => meter.read('NVIDIA H100')).toEqual({ busyShare: 0.9, usedBytes: 10, memoryBytes: 100 })
  expect(meter.read('llvmpipe')).toBeNull()
  expect(askedCount).toBe(1)
  nowMs = 2000
  meter.read('NVIDIA H100')
  expect(askedCount).toBe(2)
})

it('is asked of no driver for a run on the processor', () => {
  const meter = new GpuMeter(() => {
    throw new Error('nobody is to be asked')
  })
  expect(meter.read(null)).toBeNull()
})
