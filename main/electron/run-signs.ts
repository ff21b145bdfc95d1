/**
 * What the desktop shows of the runs outside of its windows: events of the lab enter; progress for the taskbar, a notification for a run
 * that ended unseen and the wish to stay awake leave. Which calls of Electron that takes is desktop-signs.ts's.
 */
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { RunState } from '../../shared/runs/run-state.ts'

export type EndState = Extract<RunState, 'finished' | 'diverged' | 'failed' | 'crashed'>

export interface SignPanel {
  /** 0 to 1; null: nothing is trained; 'unknown': something is, without a known end. */
  progress(share: number | null | 'unknown'): void
  /** Only for runs that this lab was training. */
  notify(runId: string, name: string, state: EndState): void
  /** While something is trained the machine does not go to sleep by itself. */
  stayAwake(isTraining: boolean): void
}

const ENDS: ReadonlySet<RunState> = new Set(['finished', 'diverged', 'failed', 'crashed'])
/** The taskbar shows no finer steps. */
const STEPS = 200

export class RunSigns {
  readonly #panel: SignPanel
  /** Trained, and not told as ended yet. */
  readonly #untold = new Set<string>()
  readonly #training = new Set<string>()
  #shown: number | null | 'unknown' = null

  constructor(panel: SignPanel) {
    this.#panel = panel
  }

  hear(event: LabEvent): void {
    switch (event.type) {
      case 'progress': {
        const { runId, step, totalSteps } = event.progress
        this.#untold.add(runId)
        this.#train(runId, true)
        this.#show(totalSteps ? Math.min(1, Math.floor((STEPS * step) / totalSteps) / STEPS) : 'unknown')
        break
      }
      case 'progress-end':
        this.#train(event.runId, false)
        if (this.#training.size === 0) this.#show(null)
        break
      case 'run': {
        const { id, name, state } = event.run
        if (ENDS.has(state) && this.#untold.delete(id)) this.#panel.notify(id, name, state as EndState)
        break
      }
    }
  }

  #train(runId: string, isTraining: boolean): void {
    const before = this.#training.size > 0
    if (isTraining) this.#training.add(runId)
    else this.#training.delete(runId)
    const now = this.#training.size > 0
    if (now !== before) this.#panel.stayAwake(now)
  }

  #show(share: number | null | 'unknown'): void {
    if (share === this.#shown) return
    this.#shown = share
    this.#panel.progress(share)
  }
}
