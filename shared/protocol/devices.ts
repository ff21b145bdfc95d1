/** What the lab finds on its machine to compute with, one report a device and engine: made in main/engine/backends, shown by `lab devices` and the settings. */
import type { BackendName } from '../backends/names.ts'
import type { WireError } from '../errors/wire-error.ts'

export interface DeviceReport {
  /** By which it is asked for: its engine's name, and where that has several devices a number behind it: `webgpu:1`. */
  readonly id: string
  readonly backend: BackendName
  /** As it calls itself. */
  readonly name: string
  readonly kind: 'processor' | 'gpu' | 'software-gpu'
  /** Null where nothing is told. */
  readonly vendor: string | null
  readonly driver: string | null
  /** Its own, or what the engine may take of the machine's. */
  readonly memoryBytes: number | null
  /** Null for one that can be used; otherwise why not, and how to get it. */
  readonly refusal: WireError | null
}

/** Why it cannot be used, for where its engine is named beside it; empty if it can. */
export function refusalText({ backend, refusal }: DeviceReport): string {
  if (refusal === null) return ''
  const { message, where } = refusal
  return where === backend ? message.slice(`${where}: `.length) : message
}

/** A device with how long a training step of a design takes on it, measured or by the rule. */
export interface DeviceStep {
  readonly backend: BackendName
  /** As the device calls itself. */
  readonly device: string
  readonly stepMs: number
}

/** Which engine a design is trained on, and why. */
export interface EngineChoice {
  readonly backend: BackendName
  readonly device: string
  readonly reason:
    /** The configuration names it, or the run was begun on it. */
    | { readonly kind: 'asked' }
    /** A graphics processor would take longer for its sequences, by the rule of main/engine/step-rule.ts. */
    | { readonly kind: 'small'; readonly stepMs: number; readonly gpuStepMs: number }
    /** There is no graphics processor that can be used. */
    | { readonly kind: 'alone' }
    /** By the same rule, which knows no machine: fastest first. */
    | { readonly kind: 'rule'; readonly steps: readonly DeviceStep[] }
    /** Steps of this design were measured here: fastest first. */
    | { readonly kind: 'measured'; readonly steps: readonly DeviceStep[] }
}

/** Three digits, and none of what nobody could tell from nothing. */
const timeText = (ms: number): string => (ms < 0.01 ? 'less than 0.01 ms' : `${Number(ms.toPrecision(3))} ms`)

/** For the log and the command line; null where nothing was chosen. */
export function describeChoice({ backend, device, reason }: EngineChoice): string | null {
  const times = (steps: readonly DeviceStep[]): string =>
    steps.map((step) => `${timeText(step.stepMs)} on ${step.backend} (${step.device})`).join(', ')
  switch (reason.kind) {
    case 'asked':
      return null
    case 'small':
      return `The engine is ${backend} (${device}): by a rule of thumb a training step takes ${timeText(reason.stepMs)} there, and ${timeText(reason.gpuStepMs)} on a graphics processor.`
    case 'alone':
      return `The engine is ${backend} (${device}): there is no graphics processor that can be used.`
    case 'rule':
      return `The engine is ${backend} (${device}), by a rule of thumb for a training step: ${times(reason.steps)}. \`lab devices --measure\` measures it.`
    case 'measured':
      return `The engine is ${backend} (${device}), as was measured for a training step: ${times(reason.steps)}.`
  }
}

/** What a training step of a design came to on a device. */
export interface DeviceSpeed {
  readonly device: DeviceReport
  /** Null where it failed. */
  readonly stepMs: number | null
  /** What the step takes; null from an engine that does not count it. */
  readonly memoryBytes: number | null
  readonly error: WireError | null
}

/** What the engines on the processor have to compute with, and why so. */
export interface DeviceView {
  readonly threads: number
  readonly platform: string
  /** As it calls itself; empty where it does not. */
  readonly processor: string
  readonly coreCount: number
  /** Whether the user has set them, by a flag or a variable. */
  readonly areThreadsSet: boolean
  readonly memoryBytes: number
  readonly isMemorySet: boolean
  readonly hasRelaxedMultiplyAdd: boolean
  /** Whether V8 may join two vectors of 128 bits to one of 256. */
  readonly hasPairedVectors: boolean
}
