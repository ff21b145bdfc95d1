/** What a command that trains is given by the thread that hears Ctrl-C to the thread that carries it out. */

export interface CommandTask {
  readonly command: ThreadedCommand
  readonly args: readonly unknown[]
  /** Whether its errors are objects. */
  readonly json: boolean
  /** See work-flags.ts. */
  readonly flags: SharedArrayBuffer
}

export type ThreadedCommand = 'run' | 'resume' | 'fork' | 'sweep'
