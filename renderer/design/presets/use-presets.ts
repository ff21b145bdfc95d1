/** The presets that the lab knows, listed again when the user's own change in any window; saved and removed with a way back. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import type { PresetView } from '../../../shared/protocol/views.ts'
import { useLabStore } from '../../stores/lab-store.ts'
import { useLab } from '../../transport/lab-client.ts'
import { useCommand } from '../../composables/use-command.ts'

/** What was done last, and how it is undone. */
export interface PresetChange {
  readonly what: 'saved' | 'replaced' | 'removed'
  readonly name: string
  readonly undo: () => Promise<void>
}

export interface Presets {
  readonly presets: ShallowRef<readonly PresetView[]>
  readonly change: Ref<PresetChange | null>
  save(config: ExperimentConfig): Promise<void>
  remove(preset: PresetView): Promise<void>
}

export function usePresets(): Presets {
  const client = useLab()
  const lab = useLabStore()
  const { send } = useCommand()
  const presets = shallowRef<readonly PresetView[]>([])
  const change = ref<PresetChange | null>(null)

  async function list(): Promise<void> {
    const listed = await send('presets.list', {})
    if (listed) presets.value = listed.result
  }

  async function save(config: ExperimentConfig): Promise<void> {
    const { name } = config
    const saved = await send('presets.save', { config })
    if (!saved) return
    const { replaced } = saved.result
    change.value = {
      what: replaced ? 'replaced' : 'saved',
      name,
      undo: async () => {
        change.value = null
        if (replaced) await send('presets.save', { config: replaced.config })
        else await send('presets.remove', { name })
      },
    }
  }

  async function remove({ name }: PresetView): Promise<void> {
    const answer = await send('presets.remove', { name })
    if (!answer) return
    change.value = {
      what: 'removed',
      name,
      undo: async () => {
        change.value = null
        await send('presets.save', { config: answer.result.removed.config })
      },
    }
  }

  const endListening = client.onEvent(({ type }) => {
    if (type === 'presets') void list()
  })
  onScopeDispose(endListening)
  watch(
    () => lab.line,
    (line) => {
      if (line === 'open') void list()
    },
    { immediate: true },
  )
  return { presets, change, save, remove }
}
