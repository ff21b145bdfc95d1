/**
 * The devices of this machine, as the lab tells them: looked for once, or anew when asked; and how fast a design's training steps are on each,
 * one device after the other. A measurement that nobody waits for any more is ended at once with its thread.
 */
import type { DeviceReport, DeviceSpeed, EngineChoice } from '../../../shared/protocol/devices.ts'
import { AskedPool } from '../asked-pool.ts'
import type { EngineOptions } from '../engine-options.ts'
import { isMeasured } from '../measure-device.ts'
import { Cancels } from './cancels.ts'
import type { DeviceQuestions, DeviceTask } from './device-protocol.ts'

/** The first step on a new driver compiles for minutes. */
const LIMIT_MS = 600_000

export class DeviceDesk {
  readonly #threads: AskedPool<DeviceQuestions>
  #known: Promise<readonly DeviceReport[]> | null = null
  #last: readonly DeviceReport[] | null = null
  readonly #measurements = new Cancels()

  /** @param baseFolder where relative paths of own series start */
  constructor(baseFolder: string, engine: EngineOptions) {
    const task: DeviceTask = { engine, baseFolder }
    this.#threads = new AskedPool({
      name: 'device-thread',
      task,
      where: 'the devices of this machine',
      remedy: 'Try again; `lab devices` shows more of what a driver says.',
      mostThreads: 1,
      mostIdle: 0, // a driver's memory is the next run's
      limitMs: () => LIMIT_MS,
    })
  }

  /** @param isAnew whether to look again: a driver was installed, an engine set up */
  devices(isAnew: boolean): Promise<readonly DeviceReport[]> {
    if (isAnew || this.#known === null) {
      const asked = this.#threads.ask('probe', null)
      this.#known = asked
      asked.then(
        (devices) => (this.#last = devices),
        () => {
          if (this.#known === asked) this.#known = null
        },
      )
    }
    return this.#known
  }

  /** As they were found last, whatever is looked for or measured meanwhile. */
  async lastDevices(): Promise<readonly DeviceReport[]> {
    return this.#last ?? this.devices(false)
  }

  /**
   * @param id by which it can be cancelled
   * @param json any that a configuration file may hold
   * @param tell what each device has come to, as soon as it is known
   * @returns what `auto` takes then
   * @throws LabError `interrupted` when it was cancelled; of what is wrong with the design
   */
  measure(id: string, json: unknown, tell: (speed: DeviceSpeed) => void): Promise<EngineChoice> {
    return this.#measurements.run(id, async (signal) => {
      for (const device of (await this.devices(false)).filter(isMeasured))
        tell(await this.#threads.ask('measure', { config: json, device }, signal))
      return this.#threads.ask('choose', json, signal)
    })
  }

  /** @param id null: all of them. */
  cancel(id: string | null): void {
    this.#measurements.cancel(id)
  }

  async close(): Promise<void> {
    this.cancel(null)
    await this.#threads.close()
  }
}
