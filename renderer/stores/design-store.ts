/**
 * The design on the table: an experiment's configuration that the user edits, with undo and redo. A document of this window, and no state
 * of the lab; what it comes to (networks, errors) is asked of the lab and put in by `setResolved`.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import type { DesignMistake, ResolvedConfig } from '../../shared/protocol/design-views.ts'
import type { ForkPointView } from '../../shared/protocol/run-views.ts'

/** The run that the design is to be a fork of, and the checkpoint with which that begins. */
export interface DesignFork {
  readonly runId: string
  readonly runName: string
  readonly points: readonly ForkPointView[]
  readonly checkpoint: ForkPointView['checkpoint']
}

const MOST_UNDO = 200
/** Changes of one field that follow each other this fast are one change. */
const MERGE_MS = 800

export const useDesignStore = defineStore('design', () => {
  const config = ref<ExperimentConfig | null>(null)
  const presetId = ref<string | null>(null)
  /** Null: the design makes runs of its own. */
  const fork = shallowRef<DesignFork | null>(null)
  const resolved = shallowRef<ResolvedConfig | null>(null)
  const past = ref<string[]>([])
  const future = ref<string[]>([])
  let lastField = ''
  let lastEditMs = 0

  const canUndo = computed(() => past.value.length > 0)
  const canRedo = computed(() => future.value.length > 0)
  /** Grows with every change; what watches the design watches this. */
  const revision = ref(0)
  /** Grows when another design is opened. */
  const openings = ref(0)

  /** A new beginning; undo leads back to what was before. */
  function open(next: ExperimentConfig, preset: string | null): void {
    remember('')
    config.value = copy(next)
    presetId.value = preset
    fork.value = null
    revision.value++
    openings.value++
  }

  /** The configuration of a run, to go on from one of its checkpoints. What was before is no fork of it: undo does not lead there. */
  function openFork(next: ExperimentConfig, from: DesignFork): void {
    open(next, null)
    past.value = []
    fork.value = from
  }

  /** @param checkpoint another of the fork's run; null: no fork any more */
  function changeFork(checkpoint: DesignFork['checkpoint'] | null): void {
    if (fork.value === null) return
    fork.value = checkpoint === null ? null : { ...fork.value, checkpoint }
    revision.value++
  }

  /** @param field its path; edits of one field in a row are undone together */
  function edit(field: string, change: (config: ExperimentConfig) => void): void {
    if (config.value === null) return
    remember(field)
    change(config.value)
    revision.value++
  }

  function undo(): void {
    step(past.value, future.value)
  }

  function redo(): void {
    step(future.value, past.value)
  }

  function setResolved(next: ResolvedConfig): void {
    resolved.value = next
  }

  /** What is wrong with a field or with what stands in it. */
  function mistakesAt(path: string): readonly DesignMistake[] {
    if (resolved.value === null || resolved.value.ok) return []
    return resolved.value.errors.filter(({ field }) => field === path || field.startsWith(`${path}.`))
  }

  function remember(field: string): void {
    const now = performance.now()
    const isSameEdit = field !== '' && field === lastField && now - lastEditMs < MERGE_MS
    lastField = field
    lastEditMs = now
    if (config.value === null || isSameEdit) return
    past.value = [...past.value, JSON.stringify(config.value)].slice(-MOST_UNDO)
    future.value = []
  }

  function step(from: string[], to: string[]): void {
    const text = from.pop()
    if (text === undefined || config.value === null) return
    to.push(JSON.stringify(config.value))
    config.value = JSON.parse(text) as ExperimentConfig
    lastField = ''
    revision.value++
  }

  return {
    config,
    presetId,
    fork,
    resolved,
    revision,
    openings,
    canUndo,
    canRedo,
    open,
    openFork,
    changeFork,
    edit,
    undo,
    redo,
    setResolved,
    mistakesAt,
  }
})

function copy(config: ExperimentConfig): ExperimentConfig {
  return JSON.parse(JSON.stringify(config)) as ExperimentConfig
}
