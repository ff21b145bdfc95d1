/**
 * An executor in a window that nobody sees: Chromium's own WebGPU in a worker of its page, since Electron's Node lets no other in. A request
 * enters, the line leaves; the window lives as long as the line, and one that crashes ends it.
 */
import { BrowserWindow, ipcMain, MessageChannelMain, type IpcMainEvent } from 'electron'
import path from 'node:path'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import { DESKTOP_CHANNELS } from '../../../shared/protocol/desktop-bridge.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { ExecutorRequest } from '../../engine/executor/executor-request.ts'
import { APP_ORIGIN } from '../app-origin.ts'
import { isFromApp } from '../sender.ts'

/** @param folder of the bundle, which holds the preload */
export async function openGpuWindow(folder: string, request: ExecutorRequest): Promise<RemotePort> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      preload: path.join(folder, 'gpu-preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      backgroundThrottling: false,
    },
  })
  const { webContents } = window
  const ended = new Promise<string>((resolve) => {
    const hearFailure = (event: IpcMainEvent, message: unknown): void => {
      if (isFromApp(event) && event.sender === webContents) resolve(String(message))
    }
    ipcMain.on(DESKTOP_CHANNELS.executorFailed, hearFailure)
    webContents.once('render-process-gone', (_, { reason }) => resolve(`its window is gone: ${reason}`))
    window.once('closed', () => {
      ipcMain.removeListener(DESKTOP_CHANNELS.executorFailed, hearFailure)
      resolve('its window was closed')
    })
  })
  const close = (): void => {
    if (!window.isDestroyed()) window.destroy()
  }
  void ended.then(close)
  await window.loadURL(`${APP_ORIGIN}/engine.html`).catch((cause: unknown) => {
    close()
    throw new LabError('backend', 'the window for WebGPU cannot be opened.', {
      where: request.backend,
      found: String(cause),
      remedy: 'Run on `wasm`.',
      cause,
    })
  })
  const { port1, port2 } = new MessageChannelMain()
  webContents.postMessage(DESKTOP_CHANNELS.executor, request, [port2])
  return {
    post: (message) => port1.postMessage(message),
    onMessage(listener) {
      port1.on('message', ({ data }) => listener(data))
      port1.start()
    },
    onEnd: (listener) => void ended.then(listener),
    close,
  }
}
