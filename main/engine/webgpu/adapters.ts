/** The graphics adapters that Dawn reaches from Node: nothing enters, one report each leaves, best first. */
import { LabError } from '../../../shared/errors/errors.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { factsOf, readGpuFacts, type GpuFacts } from '../gpu-facts.ts'
import { openDawn } from './dawn.ts'

/** Dawn lists its adapters where it is asked for one that it has not. */
const NO_ADAPTER = 'none of this name'
const LISTED = /^ \* backend: '([^']*)', name: '(.*)'$/gm

/** Adapters of one name cannot be told apart by it: the first of them is the one that is taken. */
export async function adapterNames(): Promise<string[]> {
  const gpu = await openDawn({ adapterName: NO_ADAPTER })
  try {
    await gpu.requestAdapter()
  } catch (error) {
    const names = [...String(error).matchAll(LISTED)].map(([, , name]) => name!)
    if (names.length > 0) return [...new Set(names)]
  }
  throw new LabError('backend', 'There is no graphics adapter that WebGPU can use.', {
    where: 'webgpu',
    expected: 'a graphics processor with a driver for Vulkan, Direct3D 12 or Metal',
    found: 'none',
    remedy:
      'Install the driver of your graphics processor; `vulkaninfo --summary` (package vulkan-tools) lists what drivers offer.',
  })
}

/** @throws LabError `backend` with what is missing */
export async function adapterReports(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = []
  const facts = await readGpuFacts()
  for (const name of await adapterNames()) reports.push(await reportOf(name, factsOf(facts, name)))
  reports.sort((a, b) => Number(a.kind === 'software-gpu') - Number(b.kind === 'software-gpu'))
  return reports.map((report, index) => ({ ...report, id: index === 0 ? 'webgpu' : `webgpu:${index}` }))
}

async function reportOf(name: string, facts: GpuFacts | null): Promise<DeviceReport> {
  const gpu = await openDawn({ adapterName: name })
  const adapter = await gpu.requestAdapter()
  const info = adapter?.info
  return {
    id: 'webgpu',
    backend: 'webgpu',
    name,
    kind: info?.isFallbackAdapter ? 'software-gpu' : 'gpu',
    vendor: info?.vendor || null,
    driver: info?.description || null,
    memoryBytes: facts?.memoryBytes ?? null,
    refusal: null,
  }
}
