/** What a run is doing: the status that its record says, and the state that whoever looks at it sees. */

/**
 * `stopped`: ended by the user before its end; its checkpoint stays, and it can be taken up again. `diverged`: no seed is left, and going on
 * would come to the same.
 */
export const RUN_STATUSES = ['queued', 'running', 'paused', 'stopped', 'finished', 'diverged', 'failed'] as const

export type RunStatus = (typeof RUN_STATUSES)[number]

/** The record's status, and what only the lab knows: its worker has died, or the folder cannot be read. */
export const RUN_STATES = [...RUN_STATUSES, 'crashed', 'damaged'] as const

export type RunState = (typeof RUN_STATES)[number]

/** Whether going on with a run would come to nothing else: it is finished, or no seed is left. */
export const isOver = (status: RunStatus): boolean => status === 'finished' || status === 'diverged'

const RESUMABLE: ReadonlySet<RunState> = new Set(['queued', 'paused', 'stopped', 'failed', 'crashed'])
const STOPPABLE: ReadonlySet<RunState> = new Set(['queued', 'paused'])

/** Whether a run that nobody trains can be taken up again. */
export const isResumable = (state: RunState): boolean => RESUMABLE.has(state)

/** Whether a run that nobody trains can be told that it is done for good. */
export const isStoppable = (state: RunState): boolean => STOPPABLE.has(state)
