/** The page's only way out of its sandbox: the protocol's messages over three channels, and nothing of Electron. */
import { contextBridge, ipcRenderer } from 'electron'
import { DESKTOP_CHANNELS, type DesktopBridge } from '../../shared/protocol/desktop-bridge.ts'
import type { LabMessage } from '../../shared/protocol/messages.ts'

const bridge: DesktopBridge = {
  connect(listener) {
    ipcRenderer.on(DESKTOP_CHANNELS.message, (_, message: LabMessage) => listener(message))
    ipcRenderer.send(DESKTOP_CHANNELS.connect)
  },
  send(message) {
    ipcRenderer.send(DESKTOP_CHANNELS.command, message)
  },
}

contextBridge.exposeInMainWorld('warmupLab', bridge)
