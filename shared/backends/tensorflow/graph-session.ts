/** What runs a model's signatures, as the engine sees it: whoever has TensorFlow's library at hand (main/engine/tensorflow) brings it. */
import type { SavedModelMessage } from './graph/messages.ts'

export type FedArray =
  | { readonly type: 'float'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly type: 'bool'; readonly shape: readonly number[]; readonly data: Uint8Array }

/** A tensor that a signature has left where it was computed. */
export interface FetchedTensor {
  readonly shape: readonly number[]
  /** All of it. */
  read(): Float32Array
  /** Entry `place` along the first axis. */
  readEntry(place: number): Float32Array
  dispose(): void
}

export type Feed = FedArray | FetchedTensor

export interface GraphSession {
  /** Runs a signature; what it leaves is the caller's to dispose of. */
  run(signature: string, feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, FetchedTensor>>>
  dispose(): Promise<void>
}

/** Opens a session on a model; its variables live as long as it does. */
export type OpenSession = (model: SavedModelMessage) => Promise<GraphSession>

export const fedCount = (value: number): FedArray => ({ type: 'int32', shape: [], data: Int32Array.of(value) })
export const fedNumber = (value: number): FedArray => ({ type: 'float', shape: [], data: Float32Array.of(value) })
export const fedFloats = (data: Float32Array, ...shape: number[]): FedArray => ({ type: 'float', shape, data })
export const fedIntegers = (data: Int32Array, ...shape: number[]): FedArray => ({ type: 'int32', shape, data })
export const fedFlags = (data: Uint8Array, ...shape: number[]): FedArray => ({ type: 'bool', shape, data })
