/** Which engine `auto` takes: of a small design the processor, of a large one a real graphics processor, of a measured one what was fastest. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { chooseBackend } from '../../../main/engine/choose-backend.ts'
import { readEngineOptions, type EngineOptions } from '../../../main/engine/engine-options.ts'
import { designShape, knownStepMs, rememberStepMs } from '../../../main/engine/known-speeds.ts'
import { network, part } from '../backends/networks.ts'
import { describeChoice, type DeviceReport } from '../../../shared/protocol/devices.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'

const device = (id: string, kind: DeviceReport['kind'], refusal: DeviceReport['refusal'] = null): DeviceReport => ({
  id,
  backend: kind === 'processor' ? 'wasm' : 'webgpu',
  name: `${id} of tests`,
  kind,
  vendor: null,
  driver: '1.0',
  memoryBytes: null,
  refusal,
})
const SIZES = { inputs: 1, outputs: 1 }
const PROCESSOR = device('wasm', 'processor')
const GPU = device('webgpu', 'gpu')
const SMALL = network([[part('gru', 8)]], SIZES)
const LARGE = network([[part('gru', 256)], [part('gru', 256)]], SIZES)
const REQUEST = { steps: 200, batch: 32, replicas: 1 }

async function options(flags: Record<string, string> = {}): Promise<EngineOptions> {
  const cacheFolder = await mkdtemp(path.join(os.tmpdir(), 'lab-speeds-'))
  onTestFinished(() => rm(cacheFolder, { recursive: true }))
  return { ...readEngineOptions({ threads: '2', ...flags }, {}), cacheFolder }
}

const choose = (engine: EngineOptions, net: typeof SMALL, devices: readonly DeviceReport[]) =>
  chooseBackend('auto', { networks: [net], request: REQUEST }, engine, async () => [...devices])

describe('auto, of a design that was never measured,', () => {
  it('takes the processor for a small one and the graphics processor for a large one, and says so', async () => {
    const engine = await options()
    const small = await choose(engine, SMALL, [PROCESSOR, GPU])
    const large = await choose(engine, LARGE, [PROCESSOR, GPU])
    expect([small.backend, large.backend]).toEqual(['wasm', 'webgpu'])
    expect(small.reason.kind).toBe('small')
    expect(describeChoice(large)).toMatch(/^The engine is webgpu \(webgpu of tests\), by a rule of thumb/)
  })

  it('never takes a software adapter, or one that is refused', async () => {
    const broken = device('webgpu:1', 'gpu', toWireError(new LabError('backend', 'It computes wrong.')))
    const choice = await choose(await options(), LARGE, [PROCESSOR, device('webgpu', 'software-gpu'), broken])
    expect(choice).toMatchObject({ backend: 'wasm', reason: { kind: 'alone' } })
  })

  it('takes the graphics processor that was named, of several', async () => {
    const choice = await choose(await options({ adapter: 'webgpu:1' }), LARGE, [
      PROCESSOR,
      GPU,
      device('webgpu:1', 'gpu'),
    ])
    expect(choice.device).toBe('webgpu:1 of tests')
  })
})

describe('auto, of a design that was measured,', () => {
  it('takes what was fastest, whatever the rule says', async () => {
    const engine = await options()
    const shape = designShape(LARGE, REQUEST)
    await rememberStepMs(engine, PROCESSOR, shape, 40)
    await rememberStepMs(engine, GPU, shape, 90)
    expect(await choose(engine, LARGE, [PROCESSOR, GPU])).toEqual({
      backend: 'wasm',
      device: 'wasm of tests',
      reason: {
        kind: 'measured',
        steps: [
          { backend: 'wasm', device: 'wasm of tests', stepMs: 40 },
          { backend: 'webgpu', device: 'webgpu of tests', stepMs: 90 },
        ],
      },
    })
  })

  it('takes another engine on the processor, too, where that was faster', async () => {
    const engine = await options()
    const other: DeviceReport = { ...PROCESSOR, id: 'tensorflow', backend: 'tensorflow' }
    await rememberStepMs(engine, PROCESSOR, designShape(SMALL, REQUEST), 40)
    await rememberStepMs(engine, other, designShape(SMALL, REQUEST), 30)
    expect((await choose(engine, SMALL, [PROCESSOR, other])).backend).toBe('tensorflow')
  })

  it('asks the rule where one of the two is not known as it is now', async () => {
    const engine = await options()
    await rememberStepMs(engine, PROCESSOR, designShape(LARGE, REQUEST), 40)
    await rememberStepMs(engine, { ...GPU, driver: '0.9' }, designShape(LARGE, REQUEST), 90)
    expect((await choose(engine, LARGE, [PROCESSOR, GPU])).reason.kind).toBe('rule')
  })
})

describe('a measured step', () => {
  it('is of a shape: cells, widths, lengths, series and seeds', () => {
    const shapes = [
      designShape(SMALL, REQUEST),
      designShape(LARGE, REQUEST),
      designShape(network([[part('lstm', 8)]], SIZES), REQUEST),
      designShape(SMALL, { ...REQUEST, steps: 100 }),
      designShape(SMALL, { ...REQUEST, batch: 64 }),
      designShape(SMALL, { ...REQUEST, replicas: 3 }),
    ]
    expect(new Set(shapes).size).toBe(shapes.length)
  })

  it('is measured again where the file of measurements is damaged', async () => {
    const engine = await options()
    const shape = designShape(SMALL, REQUEST)
    await rememberStepMs(engine, GPU, shape, 5)
    expect(await knownStepMs(engine, GPU, shape)).toBe(5)
    await writeFile(path.join(engine.cacheFolder, 'speeds.json'), '{"')
    expect(await knownStepMs(engine, GPU, shape)).toBeNull()
    await rememberStepMs(engine, GPU, shape, 6)
    expect(await knownStepMs(engine, GPU, shape)).toBe(6)
  })
})

it('an engine that is named is taken, or refused with what is missing', async () => {
  const engine = await options()
  const work = { networks: [SMALL], request: REQUEST }
  expect(await chooseBackend('reference', work, engine)).toMatchObject({
    backend: 'reference',
    reason: { kind: 'asked' },
  })
  await expect(chooseBackend('cuda', work, engine)).rejects.toThrow('There is no backend of this name.')
})
