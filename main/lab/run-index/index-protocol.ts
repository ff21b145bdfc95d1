/** What the index's thread and whoever asks it say to each other over their MessagePort. */
import type { CheckedPayload } from '../../../shared/protocol/commands.ts'
import type { ConfigurationPage, IndexState, RunFacets, RunPage } from '../../../shared/protocol/run-query.ts'
import type { RunSummary } from '../../../shared/protocol/run-views.ts'
import type { WireError } from '../../../shared/errors/wire-error.ts'

/** What the thread starts with. */
export interface IndexTask {
  readonly home: string
}

/** Every question, with its answer. */
export type IndexQuestions = {
  page: { ask: CheckedPayload<'run.query'>; answer: RunPage }
  configurations: { ask: CheckedPayload<'run.configurations'>; answer: ConfigurationPage }
  ids: { ask: CheckedPayload<'run.ids'>; answer: readonly string[] }
  facets: { ask: null; answer: RunFacets }
  group: { ask: string; answer: readonly RunSummary[] }
  /** Reads these folders again; answers those that are there. */
  sync: { ask: readonly string[]; answer: readonly RunSummary[] }
  /** Looks at all folders. */
  'sync-all': { ask: null; answer: null }
  close: { ask: null; answer: null }
}

/** Runs told one by one, at most; where more have changed, only that. */
export const MOST_TOLD = 64

/** What the thread tells by itself. */
export type IndexTold =
  /** The folders were read in the background and have changed; `isPartial`: there is more than is told. */
  | {
      readonly kind: 'changes'
      readonly changed: readonly RunSummary[]
      readonly removed: readonly string[]
      readonly isPartial: boolean
    }
  | { readonly kind: 'state'; readonly state: IndexState }
  | { readonly kind: 'notice'; readonly error: WireError }
