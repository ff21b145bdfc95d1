/** Commands about the devices of this machine: what there is, and how fast a design is on each. */
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import type { DeviceDesk } from '../../engine/host/device-desk.ts'

export function deviceHandlers(devices: DeviceDesk, tell: (event: LabEvent) => void): HandlersOf<'devices'> {
  return {
    'devices.list': ({ isAnew }) => devices.devices(isAnew),
    'devices.measure': ({ measureId, config }) =>
      devices.measure(measureId, config, (speed) => tell({ type: 'device-speed', measureId, speed })),
    'devices.cancel-measure': async ({ measureId }) => {
      devices.cancel(measureId)
      return null
    },
  }
}
