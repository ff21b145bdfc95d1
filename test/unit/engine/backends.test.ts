/** The table of backends: what each entry says of this machine is what loading it comes to. */
import { describe, expect, it } from 'vitest'
import { backendEntry, BACKENDS, probeDevices } from '../../../main/engine/backends/table.ts'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { loadBackend, loadToEvaluate } from '../../../main/engine/load-backend.ts'
import { LabError } from '../../../shared/errors/errors.ts'

const ENGINE = readEngineOptions({ threads: '2' }, {})

describe.each(BACKENDS)('the backend $name', (entry) => {
  it('loads where it has a device, and where it has none is refused with the reason of its report', async () => {
    const reports = await entry.probe(ENGINE)
    expect(reports.length).toBeGreaterThan(0)
    for (const report of reports) expect(report.backend).toBe(entry.name)
    const usable = reports.find(({ refusal }) => refusal === null)
    if (usable) {
      const { name, precision } = await entry.load(ENGINE)
      expect({ name, precision }).toEqual({ name: entry.name, precision: entry.precision })
    } else {
      const { message, remedy } = reports[0]!.refusal!
      expect(remedy).toBeTruthy()
      await expect(entry.load(ENGINE)).rejects.toThrow(message)
      // What a run has learned there can be looked at all the same.
      expect((await loadToEvaluate(entry.name, ENGINE)).name).toBe('wasm')
    }
  })
})

it('devices have names of their own, by which they are asked for', async () => {
  const ids = (await probeDevices(ENGINE)).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toContain('wasm')
})

it('an unknown backend is refused with the names of all', async () => {
  expect(() => backendEntry('cuda')).toThrow(LabError)
  expect(() => backendEntry('cuda')).toThrow('auto, wasm, webgpu, tensorflow or reference')
  await expect(loadToEvaluate('cuda', ENGINE)).rejects.toThrow('There is no backend of this name.')
  await expect(loadBackend('cuda')).rejects.toThrow('There is no backend of this name.')
})

describe('what the engines may use', () => {
  it('is read from flags before variables, and says which was given', () => {
    const variables = { WARMUP_LAB_THREADS: '3', WARMUP_LAB_MEMORY: '800MB' }
    expect(readEngineOptions({ threads: '2' }, variables)).toMatchObject({
      threads: 2,
      areThreadsSet: true,
      memoryBytes: 8e8,
      isMemorySet: true,
      adapter: null,
    })
    expect(readEngineOptions({}, {})).toMatchObject({ areThreadsSet: false, isMemorySet: false })
  })

  it.each([
    [{ threads: 'many' }, 'a whole number from 1 to 256'],
    [{ memory: '5GiB' }, 'from 1MB to 4GiB'],
  ])('is refused as %o', (flags, expected) => {
    expect(() => readEngineOptions(flags, {})).toThrow(expected)
  })
})
