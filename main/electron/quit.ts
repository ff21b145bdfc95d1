/**
 * The end of the desktop and of its last window: while something is trained, the user is asked, and nothing ends before it is saved. A run
 * goes on without a window only when the user has said so; then the app ends by itself once nothing is left to train.
 */
import { app, dialog, type BrowserWindow, type Event } from 'electron'
import type { Lab } from '../lab/lab.ts'
import { decideClosing } from './closing.ts'
import { TEXTS } from './texts.ts'
import type { Windows } from './windows.ts'

const LOOK_EVERY_MS = 1000

export class Quit {
  readonly #lab: Lab
  readonly #windows: Windows
  #isSaved = false
  #isAsking = false
  /** Said of the window that is about to close. */
  #mayClose = false

  constructor(lab: Lab, windows: Windows) {
    this.#lab = lab
    this.#windows = windows
    app.on('before-quit', (event) => {
      if (this.#isSaved) return
      event.preventDefault()
      this.#once(() => this.#askAndQuit())
    })
  }

  /** A window is about to close. */
  judge(event: Event, window: BrowserWindow): void {
    const decision = this.#mayClose
      ? 'close'
      : decideClosing({
          isBusy: this.#lab.isBusy,
          isLast: this.#windows.all().length === 1,
          isSaved: this.#isSaved,
          whenClosed: this.#lab.settings.whenClosed,
        })
    if (decision === 'close' || decision === 'train-on') return
    event.preventDefault()
    this.#once(() => (decision === 'ask' ? this.#askAndClose(window) : this.#saveAndQuit()))
  }

  /** Every window is closed. */
  afterLastWindow(): void {
    if (this.#isSaved) return
    if (!this.#lab.isBusy) {
      if (process.platform !== 'darwin') app.quit()
      return
    }
    const timer = setInterval(() => {
      if (this.#windows.all().length === 0 && this.#lab.isBusy) return
      clearInterval(timer)
      if (this.#windows.all().length === 0) app.quit()
    }, LOOK_EVERY_MS)
  }

  #once(action: () => Promise<void>): void {
    if (this.#isAsking) return
    this.#isAsking = true
    action()
      .catch((error: unknown) => dialog.showErrorBox(TEXTS.notSaved, String(error)))
      .finally(() => (this.#isAsking = false))
  }

  async #askAndClose(window: BrowserWindow): Promise<void> {
    const { message, detail, trainOn, pause, cancel, remember } = TEXTS.close
    const { response, checkboxChecked } = await dialog.showMessageBox(window, {
      type: 'question',
      message,
      detail: this.#withQueue(detail),
      buttons: [trainOn, pause, cancel],
      defaultId: 0,
      cancelId: 2,
      checkboxLabel: remember,
    })
    if (response === 2) return
    const choice = response === 0 ? 'train-on' : 'pause'
    if (checkboxChecked) await this.#lab.execute('settings.change', { whenClosed: choice })
    if (choice === 'pause') return this.#saveAndQuit()
    this.#mayClose = true
    window.close()
    this.#mayClose = false
  }

  async #askAndQuit(): Promise<void> {
    if (this.#lab.isBusy) {
      const { message, detail, confirm, cancel } = TEXTS.quit
      const options = {
        type: 'question' as const,
        message,
        detail: this.#withQueue(detail),
        buttons: [confirm, cancel],
        defaultId: 0,
        cancelId: 1,
      }
      const parent = this.#windows.front()
      const { response } = await (parent ? dialog.showMessageBox(parent, options) : dialog.showMessageBox(options))
      if (response === 1) return
    }
    await this.#saveAndQuit()
  }

  #withQueue(detail: string): string {
    const { queued, held } = this.#lab.jobCounts
    return queued + held > 1 ? `${detail} ${TEXTS.queueKept(queued + held)}` : detail
  }

  async #saveAndQuit(): Promise<void> {
    await this.#lab.close()
    this.#isSaved = true
    app.quit()
  }
}
