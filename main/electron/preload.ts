/** The page's only way out of its sandbox: the protocol's messages and file dialogs over a few channels, and nothing of Electron. */
import { contextBridge, ipcRenderer } from 'electron'
import { isAppAction } from '../../shared/protocol/app-actions.ts'
import { DESKTOP_CHANNELS, type DesktopBridge } from '../../shared/protocol/desktop-bridge.ts'

const bridge: DesktopBridge = {
  connect(listener) {
    ipcRenderer.on(DESKTOP_CHANNELS.message, (_, number: number, messageJson: string) => {
      try {
        listener(messageJson)
      } finally {
        ipcRenderer.send(DESKTOP_CHANNELS.received, number)
      }
    })
    ipcRenderer.send(DESKTOP_CHANNELS.connect)
  },
  send(message) {
    ipcRenderer.send(DESKTOP_CHANNELS.command, message)
  },
  onAction(listener) {
    ipcRenderer.on(DESKTOP_CHANNELS.action, (_, action: unknown) => {
      if (isAppAction(action)) listener(action)
    })
  },
  saveFile: (request) => ipcRenderer.invoke(DESKTOP_CHANNELS.saveFile, request),
  openFile: (request) => ipcRenderer.invoke(DESKTOP_CHANNELS.openFile, request),
}

contextBridge.exposeInMainWorld('warmupLab', bridge)
