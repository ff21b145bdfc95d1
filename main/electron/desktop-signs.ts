/** What the desktop shows of the runs outside of the window: progress on the taskbar, and a notification when a run has ended unseen. */
import { BrowserWindow, Notification } from 'electron'
import type { Lab } from '../lab/lab.ts'

const ENDS = new Set(['finished', 'failed', 'crashed'])
const NO_PROGRESS = -1

export function showSigns(lab: Lab, window: () => BrowserWindow | null): void {
  const running = new Set<string>()
  lab.listen((event) => {
    switch (event.type) {
      case 'progress': {
        const { runId, step, totalSteps } = event.progress
        running.add(runId)
        if (totalSteps) window()?.setProgressBar(step / totalSteps)
        break
      }
      case 'progress-end':
        window()?.setProgressBar(NO_PROGRESS)
        break
      case 'run':
        if (ENDS.has(event.run.state) && running.delete(event.run.id) && window()?.isFocused() !== true)
          notify(event.run.name, event.run.state)
        break
    }
  })
}

function notify(name: string, state: string): void {
  if (Notification.isSupported()) new Notification({ title: 'Warmup Lab', body: `${name}: ${state}` }).show()
}
