/**
 * One end of the line between whoever asks for engines and the executor that computes: what a host brings for its own kind of port (a
 * MessagePort of Node, of a browser or of Electron, a child process). What goes over it stands in remote-protocol.ts.
 */
export interface RemotePort {
  /**
   * Never throws where the other side is gone: `onEnd` says so.
   * @param transfer buffers that nobody else holds; a port that cannot hand them over copies them
   */
  post(message: unknown, transfer: readonly ArrayBuffer[]): void
  onMessage(listener: (message: unknown) => void): void
  /** Called when nothing more can come: the other side has closed the line, or died. @param cause as the host knows it */
  onEnd(listener: (cause: string) => void): void
  /** Whether an answer is waited for: the process must not end before it has come. Nothing else may keep it from ending. */
  holdOpen?(isWaiting: boolean): void
  /** Ends the line, and with it the executor where this side has started it. */
  close(): void
}
