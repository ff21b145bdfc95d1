/** The lab over the desktop's preload: the main process is there as long as the window is. */
import type { DesktopBridge } from '../../shared/protocol/desktop-bridge.ts'
import type { CommandMessage, LabMessage } from '../../shared/protocol/messages.ts'
import type { Transport, TransportListener } from './transport.ts'

declare global {
  interface Window {
    /** Under Electron only. */
    readonly warmupLab?: DesktopBridge
  }
}

export class DesktopTransport implements Transport {
  readonly #bridge: DesktopBridge

  constructor(bridge: DesktopBridge) {
    this.#bridge = bridge
  }

  open(listener: TransportListener): void {
    this.#bridge.connect((messageJson) => listener.message(JSON.parse(messageJson) as LabMessage))
    listener.state('open')
  }

  send(message: CommandMessage): void {
    // Vue's proxies do not cross IPC: plain data only.
    this.#bridge.send(JSON.parse(JSON.stringify(message)) as CommandMessage)
  }

  close(): void {
    // The window's end is the connection's end.
  }
}
