/** TensorFlow on this machine, as commands answer it and events tell it: what is set up, and how far a set-up has come. */
import type { WireError } from '../errors/wire-error.ts'

/** `cpu`: for any processor; `cuda`: for NVIDIA's graphics processors, with the processor to fall back to. */
export const TENSORFLOW_FLAVOURS = ['cpu', 'cuda'] as const

export type TensorflowFlavour = (typeof TENSORFLOW_FLAVOURS)[number]

/** What a machine may lack for a set-up: `values.lacks` of the fault `setupLacks`, with commas. */
export const TENSORFLOW_LACKS = ['platform', 'python', 'pip', 'space', 'compiler', 'npm', 'network'] as const

export type TensorflowLack = (typeof TENSORFLOW_LACKS)[number]

/** In the order in which they are done. */
export const TENSORFLOW_STEPS = ['check', 'package', 'library', 'unpack', 'compile', 'trial', 'finish'] as const

export type TensorflowStep = (typeof TENSORFLOW_STEPS)[number]

/** What is set up and can be loaded. */
export interface TensorflowInstallation {
  readonly flavour: TensorflowFlavour
  /** Of the native library. */
  readonly libraryVersion: string
  /** Of @tensorflow/tfjs-node-gpu, which calls it. */
  readonly packageVersion: string
  /** Whether it has found a graphics processor when it was tried; else it computes on the processor. */
  readonly usesGpu: boolean
  readonly folder: string
  /** On the disk. */
  readonly bytes: number
}

export interface TensorflowProgress {
  readonly flavour: TensorflowFlavour
  readonly step: TensorflowStep
  /** Of this step: what has arrived or been written; null where it is not counted. */
  readonly doneBytes: number | null
  /** Null where it is not known beforehand. */
  readonly totalBytes: number | null
  /** Since the set-up began. */
  readonly elapsedMs: number
}

/** What a flavour costs. */
export interface TensorflowChoice {
  readonly flavour: TensorflowFlavour
  /** About what is fetched. */
  readonly downloadBytes: number
  /** About what stays on the disk. */
  readonly keptBytes: number
}

/** What the settings show. */
export interface TensorflowView {
  /** The one that this machine has use of first. */
  readonly choices: readonly TensorflowChoice[]
  /** Null: none. */
  readonly installation: TensorflowInstallation | null
  /** Null while nothing is being set up. */
  readonly progress: TensorflowProgress | null
  /** How the last set-up or removal of this session has failed; null after one that has not. */
  readonly failure: WireError | null
}
