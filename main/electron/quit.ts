/** The end of the desktop: while something is trained, quitting asks first, and nothing ends before it is saved. */
import { app, dialog, type BrowserWindow, type Event } from 'electron'
import type { Lab } from '../lab/lab.ts'

/** @returns judges the closing of the window, which is a wish to quit: while runs are trained it stays until they are saved */
export function guardQuit(lab: Lab, window: () => BrowserWindow | null): (event: Event) => void {
  let isSaved = false
  let isAsking = false

  async function askAndSave(): Promise<void> {
    if (lab.isBusy) {
      const options = {
        type: 'question' as const,
        message: 'A run is being trained.',
        detail: 'It is paused and saved, and can be resumed with the same result.',
        buttons: ['Pause and quit', 'Cancel'],
        defaultId: 0,
        cancelId: 1,
      }
      const parent = window()
      const { response } = await (parent ? dialog.showMessageBox(parent, options) : dialog.showMessageBox(options))
      if (response === 1) return
    }
    await lab.close()
    isSaved = true
    app.quit()
  }

  app.on('before-quit', (event) => {
    if (isSaved) return
    event.preventDefault()
    if (isAsking) return
    isAsking = true
    void askAndSave().finally(() => (isAsking = false))
  })
  return (event) => {
    if (isSaved || !lab.isBusy) return
    event.preventDefault()
    app.quit()
  }
}
