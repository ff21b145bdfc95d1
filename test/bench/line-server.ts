/** A child process that answers one JSON line for each JSON line it reads, and says who it is in its first one: the peers and the bare tile. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { LabError } from '../../shared/errors/errors.ts'

/** What is kept of its complaints for a message. */
const STDERR_CHARACTERS = 2000

export class LineServer<Hello, Request, Answer> {
  readonly hello: Hello
  readonly #name: string
  readonly #child: ChildProcess
  readonly #nextLine: () => Promise<string>

  private constructor(name: string, child: ChildProcess, nextLine: () => Promise<string>, hello: Hello) {
    this.#name = name
    this.#child = child
    this.#nextLine = nextLine
    this.hello = hello
  }

  /**
   * Starts the child and waits for its first line.
   * @throws LabError `backend` when it ends first
   */
  static async start<Hello, Request, Answer>(
    name: string,
    command: string,
    commandArguments: readonly string[],
  ): Promise<LineServer<Hello, Request, Answer>> {
    const child = spawn(command, commandArguments, { stdio: ['pipe', 'pipe', 'pipe'] })
    let complaints = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-STDERR_CHARACTERS)
    })
    child.stdin.on('error', () => undefined) // a child that ended shows in the next line that does not come
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    failed.catch(() => undefined)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const nextLine = async (): Promise<string> => {
      const { done, value } = await Promise.race([lines.next(), failed])
      if (done)
        throw new LabError('backend', 'The process ended without an answer.', {
          where: name,
          found: complaints.trim() || 'no message',
        })
      return value
    }
    try {
      return new LineServer<Hello, Request, Answer>(name, child, nextLine, JSON.parse(await nextLine()) as Hello)
    } catch (error) {
      child.kill()
      throw error
    }
  }

  /** @throws LabError `backend` when the child ends, or answers with an error */
  async ask(request: Request): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`)
    const answer = JSON.parse(await this.#nextLine()) as Answer & { error?: string }
    if (answer.error !== undefined) throw new LabError('backend', answer.error, { where: this.#name })
    return answer
  }

  /** The end of its input is its end. */
  close(): void {
    this.#child.stdin!.end()
  }
}
