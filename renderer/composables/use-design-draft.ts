/**
 * The design on the table outlives its page: kept in the browser's own storage, per lab, and taken up by the next page. A draft of another
 * version of the lab is asked about first, since its fields may be others.
 */
import { onScopeDispose, watch } from 'vue'
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { useDesignStore } from '../stores/design-store.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'

const WAIT_MS = 300

interface Draft {
  readonly version: string
  readonly presetId: string | null
  readonly config: ExperimentConfig
}

/** @returns takes the draft up, if there is one; to be called once the lab is known */
export function useDesignDraft(): { takeUp: () => Promise<boolean> } {
  const client = useLab()
  const design = useDesignStore()
  const lab = useLabStore()
  const key = (): string => `design-draft ${lab.home}`

  async function takeUp(): Promise<boolean> {
    const draft = read(localStorage.getItem(key()))
    if (draft === null) return false
    if (draft.version !== lab.version) {
      const resolved = await client.execute('config.resolve', { config: draft.config })
      if (!resolved.ok) return false
    }
    design.open(draft.config, draft.presetId)
    return true
  }

  /** Null: everything is written. */
  let timer: number | null = null

  function write(): void {
    timer = null
    if (design.config === null || lab.home === '') return
    const draft: Draft = { version: lab.version, presetId: design.presetId, config: design.config }
    localStorage.setItem(key(), JSON.stringify(draft))
  }

  watch(
    () => design.revision,
    () => {
      if (timer !== null) clearTimeout(timer)
      timer = window.setTimeout(write, WAIT_MS)
    },
  )
  // Who leaves the view at once, for a sweep say, leaves nothing unwritten.
  onScopeDispose(() => {
    if (timer === null) return
    clearTimeout(timer)
    write()
  })
  return { takeUp }
}

function read(text: string | null): Draft | null {
  if (text === null) return null
  try {
    const draft = JSON.parse(text) as Partial<Draft>
    return draft.config && typeof draft.version === 'string'
      ? { version: draft.version, presetId: draft.presetId ?? null, config: draft.config }
      : null
  } catch {
    return null // a draft that was cut off is none
  }
}
