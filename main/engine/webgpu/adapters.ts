/** The graphics adapters that Dawn reaches from Node: nothing enters, one report each leaves, best first, those that it cannot take among them. */
import { LabError } from '../../../shared/errors/errors.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { deviceName, type DeviceName } from '../device-names.ts'
import { factsOf, readGpuFacts, type GpuFacts } from '../gpu-facts.ts'
import { openDawn, type DawnOptions } from './dawn.ts'

export type OpenGpu = (options: DawnOptions) => Promise<GPU>

/** Dawn lists its adapters where it is asked for one that it has not. */
const NO_ADAPTER = 'none of this name'
const LISTED = /^ \* backend: '([^']*)', name: '(.*)'$/gm
/** As engines ask for it: the order of the adapters is the same. */
const REQUEST: GPURequestAdapterOptions = { powerPreference: 'high-performance' }

export interface ListedAdapter extends DeviceName {
  /** The model that Dawn takes for it: the first whose name has this one's in it, and of several alike the first. */
  readonly taken: string
}

/** @param text in which Dawn says which adapters there are */
export function readListing(text: string): ListedAdapter[] {
  const all = [...text.matchAll(LISTED)].map(([, backend, model]) => ({ backend: backend!, model: model! }))
  const listed: ListedAdapter[] = []
  for (const { backend, model } of all) {
    // An adapter that several of Dawn's backends reach stands there once for each.
    if (backend !== all.find((each) => each.model === model)!.backend) continue
    const number = listed.filter((each) => each.model === model).length + 1
    listed.push({ model, number, taken: all.find((each) => each.model.includes(model))!.model })
  }
  return listed
}

const isReached = ({ model, number, taken }: ListedAdapter): boolean => number === 1 && model === taken

/** @throws LabError `backend` with what is missing */
export async function adapterReports(open: OpenGpu = openDawn, readFacts = readGpuFacts): Promise<DeviceReport[]> {
  const listed = await listAdapters(open)
  const facts = await readFacts()
  const reached = new Map<string, DeviceReport>()
  for (const adapter of listed.filter(isReached))
    reached.set(adapter.model, await reportOf(open, adapter.model, factsOf(facts, adapter.model)))
  const reports = listed.map((adapter) =>
    isReached(adapter)
      ? reached.get(adapter.model)!
      : refusedReport(adapter, reached.get(adapter.taken)!, factsOf(facts, deviceName(adapter))),
  )
  reports.sort((a, b) => Number(a.kind === 'software-gpu') - Number(b.kind === 'software-gpu'))
  return reports.map((report, index) => ({ ...report, id: index === 0 ? 'webgpu' : `webgpu:${index}` }))
}

async function listAdapters(open: OpenGpu): Promise<ListedAdapter[]> {
  const gpu = await open({ adapterName: NO_ADAPTER })
  try {
    await gpu.requestAdapter(REQUEST)
  } catch (error) {
    const listed = readListing(String(error))
    if (listed.length > 0) return listed
  }
  throw new LabError('backend', 'There is no graphics adapter that WebGPU can use.', {
    where: 'webgpu',
    expected: 'a graphics processor with a driver for Vulkan, Direct3D 12 or Metal',
    found: 'none',
    remedy:
      'Install the driver of your graphics processor; `vulkaninfo --summary` (package vulkan-tools) lists what drivers offer.',
  })
}

async function reportOf(open: OpenGpu, name: string, facts: GpuFacts | null): Promise<DeviceReport> {
  const gpu = await open({ adapterName: name })
  const adapter = await gpu.requestAdapter(REQUEST)
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

/** Dawn for Node takes adapters by their names alone. @param taken what it would take instead, of which the rest is told */
function refusedReport(adapter: ListedAdapter, taken: DeviceReport, facts: GpuFacts | null): DeviceReport {
  const refusal = new LabError('backend', 'Another graphics processor is taken where this one is asked for.', {
    where: 'webgpu',
    expected: 'a name that no other one has or contains',
    found: `${deviceName(adapter)}, for which WebGPU for Node takes ${adapter.taken}`,
    remedy:
      'Start the lab where it sees this one alone: in a container that is given it, or under Linux with MESA_VK_DEVICE_SELECT.',
  })
  return {
    ...taken,
    name: deviceName(adapter),
    memoryBytes: facts?.memoryBytes ?? null,
    refusal: toWireError(refusal),
  }
}
