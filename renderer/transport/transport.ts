/** The renderer's one way to the lab: messages out, messages in, and whether the line stands. Two of them exist: a socket and the preload. */
import type { CommandMessage, LabMessage } from '../../shared/protocol/messages.ts'

/** `refused`: the lab is there, but no longer knows this page. */
export type LineState = 'connecting' | 'open' | 'lost' | 'refused'

export interface TransportListener {
  message(message: LabMessage): void
  /** `lost`: every answer that was waited for will not come; the transport tries again by itself. */
  state(state: LineState): void
}

export interface Transport {
  /** Called once, before anything is sent. */
  open(listener: TransportListener): void
  send(message: CommandMessage): void
  close(): void
}
