/** Graphics adapters as Dawn lists and takes them: each has a name of its own, and one that Dawn would not take for its name is refused. */
import { describe, expect, it } from 'vitest'
import { pickDevice } from '../../../main/engine/backends/pick-device.ts'
import { factsOf, type GpuFacts } from '../../../main/engine/gpu-facts.ts'
import { adapterReports, type OpenGpu } from '../../../main/engine/webgpu/adapters.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'

interface Card {
  readonly backend?: string
  readonly name: string
  readonly isFallbackAdapter?: boolean
}

/** Dawn's rule: the first card whose name has the asked one in it; else it says which there are. */
function pretendedDawn(cards: readonly Card[]): OpenGpu {
  return async ({ adapterName = '' }) => {
    const requestAdapter = async (): Promise<unknown> => {
      const taken = cards.find(({ name }) => name.includes(adapterName))
      if (taken)
        return {
          info: {
            vendor: 'maker',
            description: `driver of ${taken.name}`,
            isFallbackAdapter: taken.isFallbackAdapter ?? false,
          },
        }
      const lines = cards.map(({ backend = 'vulkan', name }) => ` * backend: '${backend}', name: '${name}'`)
      throw new Error(['no suitable backends found', 'Available adapters:', ...lines].join('\n'))
    }
    return { requestAdapter } as unknown as GPU
  }
}

const factsNamed = (name: string, memoryBytes: number): GpuFacts => ({
  name,
  driver: '1',
  memoryBytes,
  usedBytes: 0,
  busyShare: 0,
})

const look = (cards: readonly Card[], facts: readonly GpuFacts[] = []): Promise<DeviceReport[]> =>
  adapterReports(pretendedDawn(cards), async () => [...facts])

const usable = (reports: readonly DeviceReport[]): (readonly [id: string, name: string, isUsable: boolean])[] =>
  reports.map(({ id, name, refusal }) => [id, name, refusal === null])

describe('two cards of one name', () => {
  const TWINS = [{ name: 'H100' }, { name: 'H100' }, { name: 'A100' }]

  it('are two, each with its own memory, and the one that Dawn does not take is refused', async () => {
    const reports = await look(TWINS, [factsNamed('H100', 80), factsNamed('A100', 40), factsNamed('H100', 94)])
    expect(usable(reports)).toEqual([
      ['webgpu', 'H100', true],
      ['webgpu:1', 'H100 #2', false],
      ['webgpu:2', 'A100', true],
    ])
    expect(reports.map(({ memoryBytes }) => memoryBytes)).toEqual([80, 94, 40])
  })

  it('are asked for by name and number', async () => {
    const reports = await look(TWINS)
    expect(pickDevice(reports, 'H100').id).toBe('webgpu')
    expect(pickDevice(reports, '100#1').id).toBe('webgpu')
    expect(() => pickDevice(reports, 'H100#2')).toThrow('Another graphics processor is taken')
    expect(() => pickDevice(reports, 'H100#3')).toThrow('There is no graphics processor of this name.')
    expect(pickDevice(reports, 'A100').id).toBe('webgpu:2')
  })
})

it('a card that several of Dawn’s backends reach is one', async () => {
  const both = ['d3d12', 'vulkan'].map((backend) => ({ backend, name: 'Arc' }))
  expect(usable(await look(both))).toEqual([['webgpu', 'Arc', true]])
})

it('a card whose name is a part of another’s is not taken for it', async () => {
  const reports = await look([{ name: 'RTX 4090 D' }, { name: 'RTX 4090' }])
  expect(usable(reports)).toEqual([
    ['webgpu', 'RTX 4090 D', true],
    ['webgpu:1', 'RTX 4090', false],
  ])
  expect(usable(await look([{ name: 'RTX 4090' }, { name: 'RTX 4090 D' }])).every(([, , isUsable]) => isUsable)).toBe(
    true,
  )
})

it('software adapters come last, whatever Dawn’s order', async () => {
  const reports = await look([{ name: 'SwiftShader', isFallbackAdapter: true }, { name: 'Radeon' }])
  expect(reports.map(({ id, kind }) => [id, kind])).toEqual([
    ['webgpu', 'gpu'],
    ['webgpu:1', 'software-gpu'],
  ])
})

it('a machine without adapters is refused with what brings one', async () => {
  await expect(look([])).rejects.toMatchObject({ code: 'backend' })
})

it('facts are those of the same name before those of a similar one', () => {
  const facts = [factsNamed('RTX 4090 D', 1), factsNamed('RTX 4090', 2)]
  expect(factsOf(facts, 'RTX 4090')).toBe(facts[1])
  expect(factsOf(facts, 'RTX 4090 #2')).toBeNull()
})
