/**
 * A training step of a design on one device: the prepared design and a device's report enter, the time of a step leaves and is remembered,
 * for `auto` to choose by. What goes wrong on a device is that device's answer.
 */
import { requireRoom } from '../../shared/backends/memory-plan.ts'
import type { DeviceReport, DeviceSpeed } from '../../shared/protocol/devices.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { initialize } from '../../shared/networks/initial-values.ts'
import { timeTraining } from '../../shared/training/estimate.ts'
import { backendEntry } from './backends/table.ts'
import { heaviestNetwork } from './choose-backend.ts'
import type { EngineOptions } from './engine-options.ts'
import { designShape, rememberStepMs } from './known-speeds.ts'
import { loadBackend } from './load-backend.ts'
import { memoryRequest } from './memory.ts'
import type { PreparedGroup } from './run-group.ts'

/** The reference is for checks: it would take minutes. */
export const isMeasured = ({ backend, refusal }: DeviceReport): boolean => refusal === null && backend !== 'reference'

export async function measureDevice(
  { config, datasets, networks }: PreparedGroup,
  device: DeviceReport,
  options: EngineOptions,
): Promise<DeviceSpeed> {
  const request = memoryRequest(config, datasets[0]!)
  const network = heaviestNetwork({ networks: networks.values(), request })
  let memoryBytes: number | null = null
  try {
    const plan = await backendEntry(device.backend).planMemory(network, request, { ...options, adapter: device.id })
    memoryBytes = plan?.totalBytes ?? null
    if (plan !== null) requireRoom(plan, request)
    const backend = await loadBackend(device.backend, { ...options, adapter: device.id })
    const engine = await backend.createEngine(network, config.seeds.length)
    try {
      for (const [replica, seed] of config.seeds.entries()) {
        await engine.writeParameters(replica, initialize(network, seed, 0))
        await engine.resetOptimizer(replica)
      }
      const now = (): number => performance.now()
      const subject = { engine, datasets, config, warmsUp: false, now }
      await timeTraining(subject) // kernels and graphs of these sizes are compiled with the first step
      const stepMs = await timeTraining(subject)
      await rememberStepMs(options, device, designShape(network, request), stepMs)
      return { device, stepMs, memoryBytes, error: null }
    } finally {
      await engine.dispose()
    }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return { device, stepMs: null, memoryBytes, error: toWireError(error) }
  }
}
