/** The signs of run-signs.ts in Electron's calls: the taskbar of every window, notifications, and the machine kept awake. */
import { Notification, powerSaveBlocker } from 'electron'
import type { Lab } from '../lab/lab.ts'
import { RunSigns } from './run-signs.ts'
import { TEXTS } from './texts.ts'
import type { Windows } from './windows.ts'

const NO_PROGRESS = -1
/** Electron shows a bar without an end for more than 1. */
const UNKNOWN_PROGRESS = 2

export function showSigns(lab: Lab, windows: Windows): void {
  let blocker: number | null = null
  // Kept, or a notification is collected before it is clicked.
  const notifications = new Set<Notification>()
  const signs = new RunSigns({
    progress(share) {
      const value = share === null ? NO_PROGRESS : share === 'unknown' ? UNKNOWN_PROGRESS : share
      for (const window of windows.all()) window.setProgressBar(value)
    },
    notify(runId, name, state) {
      if (windows.hasFocus() || !Notification.isSupported()) return
      const notification = new Notification({ title: TEXTS.appName, body: `${name} ${TEXTS.ended[state]}` })
      notifications.add(notification)
      notification.on('click', () => windows.showRun(runId))
      notification.on('close', () => notifications.delete(notification))
      notification.show()
    },
    stayAwake(isTraining) {
      if (isTraining) blocker = powerSaveBlocker.start('prevent-app-suspension')
      else if (blocker !== null) {
        powerSaveBlocker.stop(blocker)
        blocker = null
      }
    },
  })
  lab.listen((event) => signs.hear(event))
}
