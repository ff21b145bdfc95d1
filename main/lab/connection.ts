/** One window at the lab: messages from it enter as they came over its wire, answers and batches of events leave. The wire is a port. */
import { LabError } from '../../shared/errors/errors.ts'
import { parseCommandMessage, type LabMessage } from '../../shared/protocol/messages.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { EventFeed } from './event-feed.ts'
import type { Lab } from './lab.ts'

export interface Wire {
  send(message: LabMessage): void
  /** Whether much of what was sent still waits: then events are thinned out. */
  isCongested(): boolean
}

export interface Connection {
  /** @throws LabError `protocol` for what is no command; the wire's owner decides what becomes of the window */
  receive(message: unknown): void
  close(): void
}

/** Begins with a snapshot; what no window has heard follows. */
export function connect(lab: Lab, wire: Wire): Connection {
  let isOpen = true
  const send = (message: LabMessage): void => {
    if (isOpen) wire.send(message)
  }
  const feed = new EventFeed({
    send: (events) => send({ kind: 'events', events }),
    isCongested: () => wire.isCongested(),
  })
  const endListening = lab.listenAsWindow((event) => feed.push(event))
  send({ kind: 'events', events: [{ type: 'snapshot', snapshot: lab.snapshot() }] })
  return {
    receive(message) {
      const { id, name, payload } = parseCommandMessage(message)
      lab
        .execute(name, payload)
        .then((result) => send({ kind: 'result', id, result }))
        // Also of a result that cannot be put into a message, being longer than a text can be: it ends neither window nor lab.
        .catch((error: unknown) => {
          if (!(error instanceof LabError) && process.env.WARMUP_LAB_DEBUG && error instanceof Error)
            process.stderr.write(`${name}: ${error.stack}\n`)
          send({ kind: 'error', id, error: toWireError(error) })
        })
    },
    close() {
      isOpen = false
      endListening()
      feed.close()
    },
  }
}
