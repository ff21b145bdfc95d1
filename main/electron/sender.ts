/** Whether an IPC message comes from the app's own page. Every channel asks, before it reads what is said. */
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { isAppUrl } from './app-origin.ts'

/** Judged at once: a frame is gone after an await. */
export function isFromApp({
  senderFrame,
  sender,
}: Pick<IpcMainEvent | IpcMainInvokeEvent, 'senderFrame' | 'sender'>): boolean {
  if (!senderFrame || senderFrame !== sender.mainFrame) return false
  return isAppUrl(senderFrame.url)
}
