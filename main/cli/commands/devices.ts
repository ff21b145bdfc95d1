/** `lab devices`: every engine and device of this machine, why it can be used or not and how to get it; with a configuration, how fast its training steps are on each. */
import { describeChoice, refusalText, type DeviceReport, type DeviceSpeed } from '../../../shared/protocol/devices.ts'
import { presets } from '../../../shared/experiments/presets.ts'
import { probeDevices } from '../../engine/backends/table.ts'
import { chooseBackend } from '../../engine/choose-backend.ts'
import { readEngineOptions, type EngineOptions } from '../../engine/engine-options.ts'
import { isMeasured, measureDevice } from '../../engine/measure-device.ts'
import { memoryRequest } from '../../engine/memory.ts'
import { prepare } from '../../engine/run-group.ts'
import { loadConfig } from '../load-config.ts'
import { formatNumber, formatTable, print, printJson } from '../output.ts'

type Options = Readonly<Record<string, unknown>>

const KINDS: Readonly<Record<DeviceReport['kind'], string>> = {
  processor: 'processor',
  gpu: 'graphics processor',
  'software-gpu': 'software, not a real one',
}

export async function devicesCommand(options: Options): Promise<void> {
  const engine = readEngineOptions(options)
  const devices = await probeDevices(engine)
  if (options.json) for (const device of devices) printJson({ type: 'device', ...device })
  else printDevices(devices)
  if (typeof options.measure === 'string') await measure(options.measure, devices, engine, options)
}

function printDevices(devices: readonly DeviceReport[]): void {
  const known = devices.filter(({ vendor, driver, refusal }) => refusal === null || vendor !== null || driver !== null)
  print(
    formatTable(
      ['device', 'name', 'kind', 'vendor', 'driver', 'memory MiB', 'can be used'],
      known.map(({ id, name, kind, vendor, driver, memoryBytes, refusal }) => [
        id,
        name,
        KINDS[kind],
        vendor ?? '',
        driver ?? '',
        memoryBytes === null ? '' : `${Math.round(memoryBytes / 2 ** 20)}`,
        refusal === null ? 'yes' : 'no',
      ]),
    ),
  )
  const refused = devices.filter(({ refusal }) => refusal !== null)
  if (refused.length > 0) print('')
  for (const device of refused) print(`${device.id} cannot be used: ${refusalText(device)}`)
}

/** @param name of a configuration's file, or of a preset */
async function measure(
  name: string,
  devices: readonly DeviceReport[],
  engine: EngineOptions,
  options: Options,
): Promise<void> {
  const isPreset = presets.some((preset) => preset.name === name)
  const { config, baseFolder } = await loadConfig(isPreset ? undefined : name, isPreset ? { preset: name } : {})
  const group = await prepare({ ...config, backend: 'auto' }, baseFolder, engine)
  if (!options.json) print(`\nA training step of ${config.name}:\n`)
  for (const device of devices.filter(isMeasured)) {
    const speed = await measureDevice(group, device, engine)
    if (options.json) printJson({ type: 'speed', ...speed, device: device.id })
    else print(describeSpeed(speed))
  }
  const request = memoryRequest(group.config, group.datasets[0]!)
  const choice = await chooseBackend('auto', { networks: group.networks.values(), request }, engine)
  if (options.json) printJson({ type: 'choice', ...choice })
  else print(`\n${describeChoice(choice)!}`)
}

function describeSpeed({ device: { id, name }, stepMs, error }: DeviceSpeed): string {
  return stepMs === null
    ? `${id} (${name}): ${error!.message}`
    : `${id} (${name}): ${formatNumber(1000 / stepMs)} steps a second, ${formatNumber(stepMs)} ms each`
}
