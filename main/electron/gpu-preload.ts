/** The preload of the hidden window that computes: passes a port and its task on to the page, and back what keeps the page from serving it. */
import { ipcRenderer } from 'electron'
import { DESKTOP_CHANNELS, EXECUTOR_FAILED, EXECUTOR_TASK } from '../../shared/protocol/desktop-bridge.ts'

ipcRenderer.on(DESKTOP_CHANNELS.executor, ({ ports }, task: unknown) =>
  window.postMessage({ kind: EXECUTOR_TASK, task }, location.origin, [...ports]),
)

window.addEventListener('message', ({ source, data }: MessageEvent<{ kind?: unknown; message?: unknown }>) => {
  if (source === window && data.kind === EXECUTOR_FAILED)
    ipcRenderer.send(DESKTOP_CHANNELS.executorFailed, String(data.message))
})
