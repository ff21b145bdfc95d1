/** The lab as the window knows it: the line's state, version, device, settings, TensorFlow and notices. Changed by events alone. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { Settings } from '../../shared/protocol/settings.ts'
import type { LabSnapshot } from '../../shared/protocol/lab-snapshot.ts'
import type { WireError } from '../../shared/errors/wire-error.ts'
import type { LineState } from '../transport/transport.ts'

export interface Notice {
  readonly id: number
  readonly runId: string | null
  readonly error: WireError
}

export type Comeback = 'same-lab' | 'restarted' | 'other-version'

const MOST_NOTICES = 20

export const useLabStore = defineStore('lab', () => {
  const line = ref<LineState>('connecting')
  /** What the last return of the line has brought, until it is put away: the same lab, one started again, or another version. */
  const comeback = ref<Comeback | null>(null)
  let instanceId = ''
  const version = ref('')
  const home = ref('')
  const device = ref<LabSnapshot['device'] | null>(null)
  const settings = ref<Settings | null>(null)
  const tensorflow = ref<LabSnapshot['tensorflow'] | null>(null)
  const notices = ref<Notice[]>([])
  let noticeCount = 0

  function hear(event: LabEvent): void {
    switch (event.type) {
      case 'snapshot':
        if (instanceId !== '') comeback.value = comebackOf(event.snapshot)
        instanceId = event.snapshot.instanceId
        version.value = event.snapshot.labVersion
        home.value = event.snapshot.home
        device.value = event.snapshot.device
        settings.value = event.snapshot.settings
        tensorflow.value = event.snapshot.tensorflow
        break
      case 'settings':
        settings.value = event.settings
        break
      case 'tensorflow':
        tensorflow.value = event.tensorflow
        break
      case 'notice':
        addNotice(event.runId, event.error)
        break
    }
  }

  function comebackOf(snapshot: LabSnapshot): Comeback {
    if (snapshot.labVersion !== version.value) return 'other-version'
    return snapshot.instanceId === instanceId ? 'same-lab' : 'restarted'
  }

  /** Also for the errors of this window's own commands. */
  function addNotice(runId: string | null, error: WireError): void {
    if (error.code === 'connection') return // the banner says it once, for everything that waited
    // What stands there already is said again by being the last, not twice.
    const others = notices.value.filter((notice) => notice.runId !== runId || notice.error.message !== error.message)
    notices.value = [...others, { id: ++noticeCount, runId, error }].slice(-MOST_NOTICES)
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  function dismissAll(): void {
    notices.value = []
  }

  return { line, comeback, version, home, device, settings, tensorflow, notices, hear, addNotice, dismiss, dismissAll }
})
