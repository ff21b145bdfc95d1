/** What the desktop's preload gives the page, and the IPC channels behind it: the protocol's messages and file dialogs, and nothing of Electron. */
import type { AppAction } from './app-actions.ts'
import type { DialogAnswer, OpenedFile, OpenFileRequest, SaveFileRequest } from './file-dialogs.ts'
import type { CommandMessage } from './messages.ts'

export interface DesktopBridge {
  /**
   * Begins the conversation; the first message is a snapshot.
   * @param listener hears everything from then on: a LabMessage as JSON, since the bridge between preload and page copies objects one by
   * one and a text at once
   */
  connect(listener: (messageJson: string) => void): void
  send(message: CommandMessage): void
  /** @param listener hears what is chosen in the menu */
  onAction(listener: (action: AppAction) => void): void
  saveFile(request: SaveFileRequest): Promise<DialogAnswer<{ readonly savedAs: string }>>
  openFile(request: OpenFileRequest): Promise<DialogAnswer<OpenedFile>>
}

/** IPC channels; no other is listened to. */
export const DESKTOP_CHANNELS = {
  connect: 'warmup-lab:connect',
  /** From the window. */
  command: 'warmup-lab:command',
  /** To the window, with its number; as JSON. */
  message: 'warmup-lab:message',
  /** From the window: the number of the last message that it has worked through. */
  received: 'warmup-lab:received',
  /** To the window: chosen in the menu. */
  action: 'warmup-lab:action',
  saveFile: 'warmup-lab:save-file',
  openFile: 'warmup-lab:open-file',
  /** To the hidden window that computes: a task with its port. */
  executor: 'warmup-lab:executor',
  /** From that window: why it cannot serve. */
  executorFailed: 'warmup-lab:executor-failed',
} as const

/** What the preload of the hidden window and its page say to each other by `postMessage`. */
export const EXECUTOR_TASK = 'executor-task'
export const EXECUTOR_FAILED = 'executor-failed'
