/**
 * The lab's door for the desktop's windows: messages of the protocol over IPC. Every message is judged by where it comes from (the main
 * frame of a window that shows the app) before it is read; what it says is checked by the lab.
 */
import { ipcMain, type WebContents } from 'electron'
import { DESKTOP_CHANNELS } from '../../shared/protocol/desktop-bridge.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { LabMessage } from '../../shared/protocol/messages.ts'
import { connect, type Connection } from '../lab/connection.ts'
import type { Lab } from '../lab/lab.ts'
import { Outbox } from './outbox.ts'
import { isFromApp } from './sender.ts'

interface Guest {
  readonly connection: Connection
  readonly outbox: Outbox<LabMessage>
}

/** @param lab may be opening still; a window that is faster waits */
export function openDoor(lab: Promise<Lab>): void {
  const guests = new Map<number, Guest>()
  const known = new WeakSet<WebContents>()

  const disconnect = (id: number): void => {
    guests.get(id)?.connection.close()
    guests.delete(id)
  }

  ipcMain.on(DESKTOP_CHANNELS.connect, (event) => {
    if (!isFromApp(event)) return
    const { sender } = event
    const { id } = sender
    disconnect(id) // reloaded: what its earlier page waited for is of no use
    if (!known.has(sender)) {
      known.add(sender)
      sender.once('destroyed', () => disconnect(id))
      sender.on('render-process-gone', () => disconnect(id))
    }
    void lab.then((opened) => {
      if (sender.isDestroyed()) return
      disconnect(id)
      const outbox = new Outbox<LabMessage>((number, message) => {
        if (!sender.isDestroyed() && !sender.isCrashed())
          sender.send(DESKTOP_CHANNELS.message, number, JSON.stringify(message))
      })
      const connection = connect(opened, {
        send: (message) => outbox.send(message),
        isCongested: () => outbox.isCongested,
      })
      guests.set(id, { connection, outbox })
    })
  })

  ipcMain.on(DESKTOP_CHANNELS.received, (event, number: unknown) => {
    if (isFromApp(event) && typeof number === 'number') guests.get(event.sender.id)?.outbox.received(number)
  })

  ipcMain.on(DESKTOP_CHANNELS.command, (event, message: unknown) => {
    if (!isFromApp(event)) return
    try {
      guests.get(event.sender.id)?.connection.receive(message)
    } catch (error) {
      if (!(error instanceof LabError)) throw error // no command of ours: there is nobody to answer
    }
  })
}
