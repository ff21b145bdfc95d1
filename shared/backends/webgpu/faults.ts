/**
 * What goes wrong on a device, gathered while it works and thrown where somebody waits: its loss, memory that it does not have, commands that it
 * refuses.
 */
import { LabError } from '../../errors/errors.ts'

const FILTERS = ['validation', 'out-of-memory', 'internal'] as const

export class FaultWatch {
  readonly #device: GPUDevice
  #loss: LabError | null = null
  #open: Promise<void>[] = []
  #fault: LabError | null = null
  #isWatching = false

  constructor(device: GPUDevice) {
    this.#device = device
    void device.lost.then(({ reason, message }) => {
      this.#loss ??= deviceLost(reason === 'destroyed' ? 'it was destroyed' : message || 'its driver does not say why')
    })
  }

  /** From here on to `endWatch`, what fails is this part's. */
  watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    for (const filter of FILTERS) this.#device.pushErrorScope(filter)
  }

  endWatch(): void {
    if (!this.#isWatching) return
    this.#isWatching = false
    for (const filter of [...FILTERS].reverse()) {
      const popped = this.#device.popErrorScope().then(
        (error) => {
          if (error !== null) this.#fault ??= refusal(filter, error.message)
        },
        () => undefined, // the device is gone, which `lost` tells
      )
      this.#open.push(popped)
    }
  }

  /**
   * @param waited what somebody waits for on the device
   * @throws LabError `device-lost` when the device is gone, `device-memory` or `backend` when it has refused
   * something since the last call
   */
  async wait(waited: Promise<unknown>): Promise<void> {
    const open = this.#open
    this.#open = []
    const [, failure] = await Promise.all([Promise.all(open), waited.then(noFailure, toError)])
    // The promise of the loss may be settled a moment after those that fail for it.
    if (failure !== null && this.#loss === null) await Promise.race([this.#device.lost, settled()])
    const fault = this.#loss ?? this.#fault
    this.#fault = null
    if (fault !== null) throw fault
    if (failure !== null) throw failure
  }

  /** The device is given back by its owner. */
  close(): void {
    this.#loss ??= deviceLost('its engine was closed')
  }
}

const noFailure = (): null => null
const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

/** A turn of the host's event loop's promises. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 16; turn++) await Promise.resolve()
}

function deviceLost(why: string): LabError {
  return new LabError('device-lost', 'The graphics processor is gone.', {
    where: 'webgpu',
    found: why,
    remedy: 'The run can be resumed from its last checkpoint.',
  })
}

function refusal(filter: (typeof FILTERS)[number], message: string): LabError {
  if (filter === 'out-of-memory')
    return new LabError('device-memory', 'The graphics processor has not enough memory.', {
      where: 'webgpu',
      found: message,
      remedy: 'Use a smaller batch or shorter series, allow less with --memory, or close what else uses it.',
    })
  return new LabError('backend', 'The graphics processor refuses a command.', {
    where: 'webgpu',
    found: message,
    remedy: 'This is a defect of the lab or of the driver: update the driver, or run on `wasm`.',
  })
}
