/** All windows of the desktop: opened, brought to the front, led to a run, told of what was chosen in the menu. */
import { BrowserWindow, type Event } from 'electron'
import type { AppAction } from '../../shared/protocol/app-actions.ts'
import { DESKTOP_CHANNELS } from '../../shared/protocol/desktop-bridge.ts'
import { APP_ORIGIN } from './app-origin.ts'
import { openWindow } from './window.ts'

export class Windows {
  readonly #home: string
  readonly #folder: string
  /** The one used last stands last. */
  #windows: BrowserWindow[] = []
  /** Asked before one closes; set once the lab is open. */
  judgeClose: (event: Event, window: BrowserWindow) => void = () => undefined
  /** Called when none is left that the user sees; set once the lab is open. */
  afterLast: () => void = () => undefined

  /** @param folder of the bundle, which holds the preload */
  constructor(home: string, folder: string) {
    this.#home = home
    this.#folder = folder
  }

  all(): readonly BrowserWindow[] {
    return this.#windows
  }

  front(): BrowserWindow | null {
    return this.#windows.at(-1) ?? null
  }

  hasFocus(): boolean {
    return this.#windows.some((window) => window.isFocused())
  }

  /** @param path of the view: `/runs/…` */
  open(path = '/'): BrowserWindow {
    const window = openWindow(this.#home, this.#folder, `${APP_ORIGIN}${path}`, this.front())
    this.#windows.push(window)
    window.on('focus', () => (this.#windows = [...this.#windows.filter((other) => other !== window), window]))
    window.on('close', (event) => this.judgeClose(event, window))
    window.on('closed', () => {
      this.#windows = this.#windows.filter((other) => other !== window)
      if (this.#windows.length === 0) this.afterLast()
    })
    return window
  }

  /** The window used last, or a new one. */
  show(): void {
    const window = this.front()
    if (window === null) {
      this.open()
      return
    }
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }

  showRun(runId: string): void {
    const path = `/runs/${encodeURIComponent(runId)}`
    const window = this.front()
    if (window) void window.loadURL(`${APP_ORIGIN}${path}`)
    else this.open(path)
    this.show()
  }

  act(action: AppAction): void {
    const window = this.front()
    if (window) window.webContents.send(DESKTOP_CHANNELS.action, action)
    else this.open()
  }
}
