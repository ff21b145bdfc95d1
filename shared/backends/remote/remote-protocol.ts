/** What the two ends of a line say to each other: calls with their number go to the executor, answers with the same number come back. */
import type { WireError } from '../../errors/wire-error.ts'
import type { Network } from '../../networks/network.ts'
import type { Backend } from '../backend.ts'
import type { EngineCall } from '../calls/called-engine.ts'
import type { Tuning } from '../tuning.ts'

export type ToExecutor =
  /** Answered by a BackendDescription. */
  | { readonly kind: 'describe'; readonly id: number }
  /** Answered by the engine's tuning, or null, once it may be called. @see engine is the caller's number for it */
  | {
      readonly kind: 'create'
      readonly id: number
      readonly engine: number
      readonly network: Network
      readonly replicas: number
      readonly tuning: Tuning
    }
  /** Answered by what the call resolves to. `breathes`: the caller wants its turn on the way. */
  | {
      readonly kind: 'call'
      readonly id: number
      readonly engine: number
      readonly call: EngineCall
      readonly parameters: readonly unknown[]
      readonly breathes: boolean
    }
  /** The caller has had its turn, and goes on with the call of this number or gives it up. */
  | { readonly kind: 'breathed'; readonly id: number; readonly goesOn: boolean }
  /** Begins a trace, answered by null; null ends it, answered by its spans. */
  | { readonly kind: 'trace'; readonly id: number; readonly spansAThread: number | null }

export type FromExecutor =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  /** The call of this number waits for `breathed`. */
  | { readonly kind: 'breathe'; readonly id: number }
  /** Said by a host between the two ends, which knows more than that the line is closed. */
  | { readonly kind: 'ended'; readonly cause: string }

export interface BackendDescription extends Pick<
  Backend,
  'name' | 'precision' | 'device' | 'isSoftwareDevice' | 'driver' | 'adapter'
> {
  readonly isTraced: boolean
}
