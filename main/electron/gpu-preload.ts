/** The preload of the hidden window that computes: passes a port and its task on to the page, and back what keeps the page from serving it. */
import { ipcRenderer } from 'electron'
import { DESKTOP_CHANNELS, EXECUTOR_FAILED, EXECUTOR_TASK } from '../../shared/protocol/desktop-bridge.ts'

/** What is used of the page's window: Node's types, which hold for all of main/, know none. */
interface PageWindow {
  readonly location: { readonly origin: string }
  postMessage(message: unknown, origin: string, ports: readonly unknown[]): void
  addEventListener(
    type: 'message',
    listener: (event: { readonly source: unknown; readonly data: { kind?: unknown; message?: unknown } }) => void,
  ): void
}

const page = globalThis as unknown as PageWindow

ipcRenderer.on(DESKTOP_CHANNELS.executor, ({ ports }, task: unknown) =>
  page.postMessage({ kind: EXECUTOR_TASK, task }, page.location.origin, [...ports]),
)

page.addEventListener('message', ({ source, data }) => {
  if (source === page && data.kind === EXECUTOR_FAILED)
    ipcRenderer.send(DESKTOP_CHANNELS.executorFailed, String(data.message))
})
