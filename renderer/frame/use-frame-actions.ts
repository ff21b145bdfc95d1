/** The actions that hold in every view: going from view to view and from run to run, pausing, theme, files. In the frame's setup. */
import { useRoute, useRouter } from 'vue-router'
import type { RunState, RunSummary } from '../../shared/protocol/views.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useRunsStore } from '../stores/runs-store.ts'
import { useSweepsStore } from '../stores/sweeps-store.ts'
import { useAction } from '../composables/use-actions.ts'
import { useCommand } from '../composables/use-command.ts'
import { useDesignFiles } from '../composables/use-design-files.ts'
import { canFork, useFork } from '../composables/use-fork.ts'

const RESUMABLE: ReadonlySet<RunState> = new Set(['queued', 'paused', 'stopped', 'failed', 'crashed'])
const STOPPABLE: ReadonlySet<RunState> = new Set(['paused', 'queued'])
const THEMES = ['system', 'light', 'dark'] as const

export function useFrameActions(): void {
  const route = useRoute()
  const router = useRouter()
  const lab = useLabStore()
  const runs = useRunsStore()
  const sweeps = useSweepsStore()
  const { send } = useCommand()
  const files = useDesignFiles()
  const openFork = useFork()

  const go = (path: string) => (): void => void router.push(path)

  /** The run that is shown, or the one that is being trained. */
  function currentRun(): RunSummary | undefined {
    const shown = typeof route.params.runId === 'string' ? route.params.runId : ''
    return runs.byId.get(shown || (runs.activeProgress[0]?.runId ?? ''))
  }

  function goToNeighbour(by: 1 | -1): boolean {
    if (route.name !== 'run' || runs.runs.length === 0) return false
    const index = runs.runs.findIndex(({ id }) => id === route.params.runId)
    const next = index < 0 ? 0 : Math.min(runs.runs.length - 1, Math.max(0, index + by))
    void router.push(`/runs/${runs.runs[next]!.id}`)
    return true
  }

  function focusSearch(): boolean {
    const field = document.querySelector<HTMLInputElement>('input[type="search"]')
    field?.focus()
    field?.select()
    return field !== null
  }

  useAction('go.design', go('/design'))
  useAction('go.runs', go('/runs'))
  useAction('go.sweeps', go('/sweeps'))
  useAction('go.compare', go('/compare'))
  useAction('design.sweep', go('/sweeps/new'))
  useAction('help.open', go('/help'))
  useAction('go.trash', go('/trash'))
  useAction('go.settings', go('/settings'))
  useAction('go.search', focusSearch)
  useAction('design.open', () => void files.open())
  useAction('design.save', () => void files.save())
  useAction('run.next', () => goToNeighbour(1))
  useAction('run.previous', () => goToNeighbour(-1))
  useAction('run.pause-or-resume', () => {
    const run = currentRun()
    if (!run) return false
    if (run.active) void send('run.pause', { runId: run.id })
    else if (RESUMABLE.has(run.state)) void send('run.resume', { runId: run.id })
    return true
  })
  useAction('run.stop', () => {
    const run = currentRun()
    if (!run || !(run.active || STOPPABLE.has(run.state))) return false
    void send('run.stop', { runId: run.id })
    return true
  })
  useAction('run.fork', () => {
    const run = currentRun()
    if (!run || !canFork(run)) return false
    void openFork(run)
    return true
  })
  useAction('queue.resume-held', () => {
    if (sweeps.heldQueue.length === 0) return false
    void send('queue.resume-held', { jobId: null })
    void router.push('/sweeps') // where the queue is seen
    return true
  })
  useAction('window.theme', () => {
    const next = THEMES[(THEMES.indexOf(lab.settings?.theme ?? 'system') + 1) % THEMES.length]
    void send('settings.change', { theme: next })
  })
}
