/**
 * Which engine a design is trained on. What the configuration or the run's record names is taken as it is; `auto` takes the fastest for this
 * design: by steps that were measured on this machine, else by a stated rule. All strategies of a design are trained on one engine, and
 * software adapters are never taken unasked.
 */
import type { MemoryRequest } from '../../shared/backends/memory-plan.ts'
import type { Network } from '../../shared/networks/network.ts'
import type { DeviceReport, DeviceStep, EngineChoice } from '../../shared/protocol/devices.ts'
import { isNamed, pickDevice } from './backends/pick-device.ts'
import { backendEntry, probeDevices } from './backends/table.ts'
import type { EngineOptions } from './engine-options.ts'
import { designShape, isShapeKnown, knownStepMs } from './known-speeds.ts'
import { gpuStepMs, processorStepMs, stepFlops } from './step-rule.ts'

/** What decides of a design. */
export interface DesignWork {
  readonly networks: Iterable<Network>
  readonly request: MemoryRequest
}

/** The engine that works everywhere. */
const DEFAULT = 'wasm'

/**
 * @param asked a backend's name, or `auto`
 * @param probe what devices there are
 * @throws LabError `backend` for an unknown name, and for one that does not work here, with what is missing
 */
export async function chooseBackend(
  asked: string,
  work: DesignWork,
  options: EngineOptions,
  probe = probeDevices,
): Promise<EngineChoice> {
  if (asked !== 'auto') {
    const device = pickDevice(await backendEntry(asked).probe(options), options.adapter)
    return { backend: device.backend, device: device.name, reason: { kind: 'asked' } }
  }
  const network = heaviestNetwork(work)
  const { request } = work
  const shape = designShape(network, request)
  const processorMs = processorStepMs(network, request, options.threads)
  const gpuMs = gpuStepMs(network, request)
  if (processorMs <= gpuMs && !(await isShapeKnown(options, shape))) {
    // Drivers need not be loaded for it.
    const [{ backend, name }] = (await backendEntry(DEFAULT).probe(options)) as [DeviceReport]
    return { backend, device: name, reason: { kind: 'small', stepMs: processorMs, gpuStepMs: gpuMs } }
  }
  const devices = await probe(options)
  const processor = devices.find(({ backend }) => backend === DEFAULT)!
  const candidates = devices.filter((device) => mayBeTaken(device) && isNamed(device, options.adapter))
  const measured = await measuredSteps(candidates, shape, options)
  // What a rule says and what a clock says are not compared.
  if (measured.length > 1) return fastest('measured', measured)
  const gpus = candidates.filter(({ kind }) => kind === 'gpu')
  if (gpus.length === 0) return { backend: processor.backend, device: processor.name, reason: { kind: 'alone' } }
  return fastest('rule', [stepOn(processor, processorMs), stepOn(gpus[0]!, gpuMs)])
}

/** The reference is for checks, and software adapters are slower than the processor that they run on. */
const mayBeTaken = ({ backend, kind, refusal }: DeviceReport): boolean =>
  refusal === null && kind !== 'software-gpu' && backend !== 'reference'

/** Whose training steps take longest: the one that decides. */
export function heaviestNetwork({ networks, request }: DesignWork): Network {
  return [...networks].reduce((most, network) =>
    stepFlops(network, request) > stepFlops(most, request) ? network : most,
  )
}

async function measuredSteps(
  devices: readonly DeviceReport[],
  shape: string,
  options: EngineOptions,
): Promise<DeviceStep[]> {
  const steps: DeviceStep[] = []
  for (const device of devices) {
    const stepMs = await knownStepMs(options, device, shape)
    if (stepMs !== null) steps.push(stepOn(device, stepMs))
  }
  return steps
}

const stepOn = ({ backend, name }: DeviceReport, stepMs: number): DeviceStep => ({ backend, device: name, stepMs })

function fastest(kind: 'measured' | 'rule', steps: readonly DeviceStep[]): EngineChoice {
  const sorted = [...steps].sort((a, b) => a.stepMs - b.stepMs)
  const { backend, device } = sorted[0]!
  return { backend, device, reason: { kind, steps: sorted } }
}
