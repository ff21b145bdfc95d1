/** Commands as promises and events to whoever listens, over any transport. Views send commands with it; stores listen to its events. */
import { inject, type App, type InjectionKey } from 'vue'
import type { CommandName, CommandPayload, CommandResult } from '../../shared/protocol/commands.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { LabMessage } from '../../shared/protocol/messages.ts'
import { SOCKET_PATH } from '../../shared/protocol/page-session.ts'
import { fromWireError } from '../../shared/errors/wire-error.ts'
import { DesktopTransport } from './desktop-transport.ts'
import { takeKeyFromAddress } from './page-key.ts'
import { SocketTransport } from './socket-transport.ts'
import type { LineState, Transport } from './transport.ts'

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: LabError) => void
}

export class LabClient {
  readonly #transport: Transport
  readonly #waiting = new Map<number, Waiting>()
  readonly #eventListeners = new Set<(event: LabEvent) => void>()
  readonly #stateListeners = new Set<(state: LineState) => void>()
  #nextId = 1
  #state: LineState = 'connecting'

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Called once, when the stores listen. */
  open(): void {
    this.#transport.open({
      message: (message) => this.#hear(message),
      state: (state) => this.#change(state),
    })
  }

  /** @throws LabError with the lab's code; `connection` when the line is lost */
  execute<Name extends CommandName>(name: Name, payload: CommandPayload<Name>): Promise<CommandResult<Name>> {
    if (this.#state !== 'open') return Promise.reject(lostError())
    const id = this.#nextId++
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#transport.send({ kind: 'command', id, name, payload })
    }) as Promise<CommandResult<Name>>
  }

  /** @returns ends it */
  onEvent(listener: (event: LabEvent) => void): () => void {
    this.#eventListeners.add(listener)
    return () => this.#eventListeners.delete(listener)
  }

  onState(listener: (state: LineState) => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  #hear(message: LabMessage): void {
    if (message.kind === 'events') {
      for (const event of message.events) for (const listener of this.#eventListeners) listener(event)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.kind === 'result') waiting?.resolve(message.result)
    else waiting?.reject(fromWireError(message.error))
  }

  #change(state: LineState): void {
    this.#state = state
    for (const listener of this.#stateListeners) listener(state)
    if (state === 'open') return
    for (const { reject } of this.#waiting.values()) reject(lostError())
    this.#waiting.clear()
  }
}

function lostError(): LabError {
  return new LabError('connection', 'the lab does not answer.', {
    remedy: 'Runs go on without this window. It connects again by itself; start the lab again if it was ended.',
  })
}

/** The desktop's bridge where there is one, else a socket to where this page came from. Before the router: the address may hold a key. */
export function createLabClient(): LabClient {
  const bridge = window.warmupLab
  if (bridge) return new LabClient(new DesktopTransport(bridge))
  takeKeyFromAddress()
  return new LabClient(new SocketTransport(`ws://${window.location.host}${SOCKET_PATH}`))
}

const LAB_CLIENT: InjectionKey<LabClient> = Symbol('lab client')

export function provideLab(app: App, client: LabClient): void {
  app.provide(LAB_CLIENT, client)
}

/** In a component's setup. */
export function useLab(): LabClient {
  return inject(LAB_CLIENT)!
}
