/** The lab as the window knows it: the line's state, version, device, settings and notices. Changed by events alone. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { Settings } from '../../shared/protocol/settings.ts'
import type { LabSnapshot } from '../../shared/protocol/views.ts'
import type { WireError } from '../../shared/protocol/wire-error.ts'
import type { LineState } from '../transport/transport.ts'

export interface Notice {
  readonly id: number
  readonly runId: string | null
  readonly error: WireError
}

const MOST_NOTICES = 20

export const useLabStore = defineStore('lab', () => {
  const line = ref<LineState>('connecting')
  const version = ref('')
  const home = ref('')
  const device = ref<LabSnapshot['device'] | null>(null)
  const settings = ref<Settings | null>(null)
  const notices = ref<Notice[]>([])
  let noticeCount = 0

  function hear(event: LabEvent): void {
    switch (event.type) {
      case 'snapshot':
        version.value = event.snapshot.labVersion
        home.value = event.snapshot.home
        device.value = event.snapshot.device
        settings.value = event.snapshot.settings
        break
      case 'settings':
        settings.value = event.settings
        break
      case 'notice':
        addNotice(event.runId, event.error)
        break
    }
  }

  /** Also for the errors of this window's own commands. */
  function addNotice(runId: string | null, error: WireError): void {
    notices.value = [...notices.value, { id: ++noticeCount, runId, error }].slice(-MOST_NOTICES)
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  return { line, version, home, device, settings, notices, hear, addNotice, dismiss }
})
