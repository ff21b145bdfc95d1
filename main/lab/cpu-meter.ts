/** What this process takes of the processor, all of its threads together, and how busy the machine is: the clocks of the system enter, shares leave. */
import os from 'node:os'
import type { DeviceLoad } from '../../shared/protocol/run-progress.ts'

/** Shorter stretches say more about the system's clock ticks than about the load. */
const SHORTEST_STRETCH_MS = 500

interface Reading {
  readonly timeMs: number
  readonly processMs: number
  readonly machineBusyMs: number
  readonly machineTotalMs: number
}

export class CpuMeter {
  readonly #engineThreads: number
  #last = read()
  #load: Pick<DeviceLoad, 'busyCores' | 'machineShare'> = { busyCores: null, machineShare: null }

  constructor(engineThreads: number) {
    this.#engineThreads = engineThreads
  }

  /** The mean since the last time that is long enough ago. */
  read(): Omit<DeviceLoad, 'gpu'> {
    const reading = read()
    const elapsedMs = reading.timeMs - this.#last.timeMs
    if (elapsedMs >= SHORTEST_STRETCH_MS) {
      const totalMs = reading.machineTotalMs - this.#last.machineTotalMs
      this.#load = {
        busyCores: (reading.processMs - this.#last.processMs) / elapsedMs,
        machineShare: totalMs > 0 ? (reading.machineBusyMs - this.#last.machineBusyMs) / totalMs : null,
      }
      this.#last = reading
    }
    return { ...this.#load, coreCount: os.cpus().length, engineThreads: this.#engineThreads }
  }
}

function read(): Reading {
  const { user, system } = process.cpuUsage()
  let machineBusyMs = 0
  let machineTotalMs = 0
  for (const { times } of os.cpus()) {
    const busyMs = times.user + times.nice + times.sys + times.irq
    machineBusyMs += busyMs
    machineTotalMs += busyMs + times.idle
  }
  return { timeMs: performance.now(), processMs: (user + system) / 1000, machineBusyMs, machineTotalMs }
}
