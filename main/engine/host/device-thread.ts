/** The worker thread that looks at devices and times a design's training steps on them, so that a driver holds up no window. */
import { workerData } from 'node:worker_threads'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { answerQuestions } from '../answer-questions.ts'
import { probeDevices } from '../backends/table.ts'
import { measureDevice } from '../measure-device.ts'
import { prepare, type PreparedGroup } from '../run-group.ts'
import type { DeviceQuestions, DeviceTask } from './device-protocol.ts'

const { engine, baseFolder } = workerData as DeviceTask

/** Its cells are asked where the design is read; whatever engine it names, all are measured. */
function read(json: unknown): Promise<PreparedGroup> {
  const config = parseConfig(json, 'configuration', { hasRecordedCells: true })
  return prepare({ ...config, backend: 'auto' }, baseFolder, engine)
}

answerQuestions<DeviceQuestions>({
  probe: () => probeDevices(engine, true),
  measure: async ({ config, device }) => measureDevice(await read(config), device, engine),
  choose: async (config) => (await read(config)).choice,
})
