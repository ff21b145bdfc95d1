/** A script's socket at a served lab: commands enter, their answers leave, as messages of the protocol. */
import { WebSocket } from 'ws'
import type { CommandName, CommandPayload, CommandResult } from '../../shared/protocol/commands.ts'
import type { LabMessage } from '../../shared/protocol/messages.ts'
import type { Door } from './door.ts'

interface Waiting {
  readonly resolve: (message: LabMessage) => void
  readonly reject: (error: Error) => void
}

export class ScriptWindow {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('close', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`closed with ${code}`))
    })
  }

  /** @returns once its snapshot is here */
  static async open({ port, token }: Door): Promise<ScriptWindow> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers: { authorization: `Bearer ${token}` } })
    const window = new ScriptWindow(socket)
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('close', (code) => reject(new Error(`closed with ${code}`)))
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString('utf8')) as LabMessage
        if (message.kind === 'events') resolve()
        else window.#waiting.get(message.id)?.resolve(message)
      })
    })
    return window
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** @throws when the lab answers with an error or goes away */
  async execute<Name extends CommandName>(name: Name, payload: CommandPayload<Name>): Promise<CommandResult<Name>> {
    const id = this.#nextId++
    const message = await new Promise<LabMessage>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ kind: 'command', id, name, payload }), (error) => error && reject(error))
    })
    this.#waiting.delete(id)
    if (message.kind === 'result') return message.result as CommandResult<Name>
    throw new Error(JSON.stringify(message))
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise((resolve) => this.#socket.once('close', resolve))
    this.#socket.close()
    await closed
  }
}
