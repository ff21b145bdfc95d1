/** The window: made where it last stood, in a sandbox that shows the app and nothing else; a page that crashed is loaded again. */
import { BrowserWindow, session } from 'electron'
import path from 'node:path'
import { APP_ORIGIN } from './app-protocol.ts'
import { readWindowState, saveWindowState } from './window-state.ts'

const DEFAULT_SIZE = { width: 1280, height: 840 }

/** @param folder of the bundle, which holds the preload */
export function openWindow(home: string, folder: string): BrowserWindow {
  const { bounds, isMaximized } = readWindowState(home)
  const window = new BrowserWindow({
    ...DEFAULT_SIZE,
    ...(bounds ?? {}),
    minWidth: 800,
    minHeight: 500,
    show: false,
    title: 'Warmup Lab',
    webPreferences: {
      preload: path.join(folder, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  if (isMaximized) window.maximize()
  const { webContents } = window
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  webContents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${APP_ORIGIN}/`)) event.preventDefault()
  })
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  webContents.on('render-process-gone', (_, { reason }) => {
    // Runs do not live in the page: a new one comes back to the same state.
    if (reason !== 'clean-exit' && !window.isDestroyed()) webContents.reload()
  })
  window.once('ready-to-show', () => window.show())
  window.on('close', () => saveWindowState(home, window))
  void window.loadURL(`${APP_ORIGIN}/`)
  return window
}

/** The page asks for nothing of the machine: every permission is refused. */
export function refusePermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_, _permission, answer) => answer(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
}
