/**
 * The lab's door for the desktop's windows: messages of the protocol over IPC. Every message is judged by where it comes from (the main
 * frame of a window that shows the app) before it is read; what it says is checked by the lab.
 */
import { ipcMain, type IpcMainEvent, type WebContents } from 'electron'
import { DESKTOP_CHANNELS } from '../../shared/protocol/desktop-bridge.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import { connect, type Connection } from '../lab/connection.ts'
import type { Lab } from '../lab/lab.ts'
import { APP_ORIGIN } from './app-protocol.ts'

/** Whether a message comes from the app's own page. Judged at once: a frame is gone after an await. */
export function isFromApp({ senderFrame, sender }: Pick<IpcMainEvent, 'senderFrame' | 'sender'>): boolean {
  if (!senderFrame || senderFrame !== sender.mainFrame) return false
  return senderFrame.url.startsWith(`${APP_ORIGIN}/`)
}

/** @param lab may be opening still; a window that is faster waits */
export function openDoor(lab: Promise<Lab>): void {
  const connections = new Map<number, Connection>()

  const disconnect = ({ id }: WebContents): void => {
    connections.get(id)?.close()
    connections.delete(id)
  }

  ipcMain.on(DESKTOP_CHANNELS.connect, (event) => {
    if (!isFromApp(event)) return
    const { sender } = event
    const isNew = !connections.has(sender.id)
    disconnect(sender) // reloaded: what its earlier page waited for is of no use
    if (isNew) sender.once('destroyed', () => disconnect(sender))
    void lab.then((opened) => {
      if (sender.isDestroyed()) return
      disconnect(sender)
      connections.set(
        sender.id,
        connect(opened, {
          send: (message) => {
            if (!sender.isDestroyed() && !sender.isCrashed()) sender.send(DESKTOP_CHANNELS.message, message)
          },
          isCongested: () => false, // Electron tells nothing of what waits; the feed's rate is the bound
        }),
      )
    })
  })

  ipcMain.on(DESKTOP_CHANNELS.command, (event, message: unknown) => {
    if (!isFromApp(event)) return
    try {
      connections.get(event.sender.id)?.receive(message)
    } catch (error) {
      if (!(error instanceof LabError)) throw error // no command of ours: there is nobody to answer
    }
  })
}
