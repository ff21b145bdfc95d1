/** What Electron's preload gives to the page as `window.warmupLab`: the protocol's messages and nothing of Electron. */
import type { CommandMessage, LabMessage } from './messages.ts'

export interface DesktopBridge {
  /** Begins the conversation; the first message is a snapshot. @param listener hears everything from then on */
  connect(listener: (message: LabMessage) => void): void
  send(message: CommandMessage): void
}

/** IPC channels; no other is listened to. */
export const DESKTOP_CHANNELS = {
  connect: 'warmup-lab:connect',
  /** From the window. */
  command: 'warmup-lab:command',
  /** To the window. */
  message: 'warmup-lab:message',
} as const
