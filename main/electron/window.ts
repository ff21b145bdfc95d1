/** A window: made where the last one stood, its page in a sandbox and loaded again when it crashed; what it may not do is guards.ts's. */
import { BrowserWindow, nativeTheme } from 'electron'
import path from 'node:path'
import { readWindowState, saveWindowState } from './window-state.ts'

const DEFAULT_SIZE = { width: 1280, height: 840 }
/** A further window does not hide the one before. */
const OFFSET = 28
/** `--ground` of the page's two themes: what is seen before the page is. */
const GROUND = { light: '#f6f7f8', dark: '#14171a' }
/** A page that crashes again and again is loaded ever later. */
const LONGEST_RELOAD_MS = 30_000
const CALM_MS = 60_000

/**
 * @param folder of the bundle, which holds the preload
 * @param url of the page's view
 * @param beside a window that is there already
 */
export function openWindow(home: string, folder: string, url: string, beside: BrowserWindow | null): BrowserWindow {
  const { bounds, isMaximized } = readWindowState(home)
  const place = beside?.getNormalBounds()
  const window = new BrowserWindow({
    ...DEFAULT_SIZE,
    ...(place ? { ...place, x: place.x + OFFSET, y: place.y + OFFSET } : (bounds ?? {})),
    minWidth: 800,
    minHeight: 500,
    show: false,
    title: 'Warmup Lab',
    backgroundColor: nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light,
    webPreferences: {
      preload: path.join(folder, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  if (isMaximized && !beside) window.maximize()
  reloadAfterCrash(window)
  window.once('ready-to-show', () => window.show())
  window.on('close', () => saveWindowState(home, window))
  void window.loadURL(url)
  return window
}

/** Runs do not live in the page: a new one comes back to the same state. */
function reloadAfterCrash(window: BrowserWindow): void {
  let crashCount = 0
  let lastCrashMs = -Infinity
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    const now = performance.now()
    crashCount = now - lastCrashMs > CALM_MS ? 0 : crashCount + 1
    lastCrashMs = now
    const waitMs = crashCount === 0 ? 0 : Math.min(LONGEST_RELOAD_MS, 500 * 2 ** crashCount)
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload()
    }, waitMs)
  })
}
