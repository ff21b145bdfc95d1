/** How far a run is that is being trained, and what that takes of the machine. */
import type { Phase } from '../experiments/phases.ts'

/** Of a graphics processor, all programs together. */
export interface GpuLoad {
  /** 0 to 1. */
  readonly busyShare: number | null
  readonly usedBytes: number | null
  readonly memoryBytes: number | null
}

/** What the lab's process, its engine's threads included, takes of the processor; null until there is something to measure. */
export interface DeviceLoad {
  /** 1.5: one and a half cores. */
  readonly busyCores: number | null
  readonly coreCount: number
  readonly engineThreads: number
  /** Of the whole machine, other programs included: 0 to 1. */
  readonly machineShare: number | null
  /** Null for a run on the processor, and where nothing is told. */
  readonly gpu: GpuLoad | null
}

export interface RunProgress {
  readonly runId: string
  readonly phase: 'preparing' | Phase
  /** Of the phase; warm-up counts the steps of restarts too. */
  readonly step: number
  /** Steps of the phase; null where not known. */
  readonly totalSteps: number | null
  readonly stepsPerSecond: number | null
  /** Series of all seeds. */
  readonly sequencesPerSecond: number | null
  readonly remainingMs: number | null
  readonly memoryBytes: number
  readonly load: DeviceLoad
  /** Asked for and not yet reached. */
  readonly asked: 'pause' | 'stop' | null
}
