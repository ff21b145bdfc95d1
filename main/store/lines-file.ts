/**
 * A file of lines that only grows, open for its one writer: lines enter and stand at its end; a torn line, that of a killed writer or of a
 * write that failed, is cut off before the next one. What is in the file so far leaves as a digest. What the lines say is left to the callers.
 */
import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from './durable-file.ts'
import { openRegularFile } from './regular-file.ts'

const NEWLINE = 0x0a
const CHUNK_BYTES = 1 << 20
/** A torn line is looked for from the end on. */
const TAIL_BYTES = 64 * 1024

export class LinesFile {
  readonly #handle: FileHandle
  /** Where the next line is to begin; what lies behind is cut off before it. */
  #endByte: number
  /** How long the file was when it was last asked. */
  #fileBytes: number
  #endsWhole = false
  #isWrittenTo = false
  #isOnDisk = true
  #hash: Hash = createHash('sha256')
  #hashedBytes = 0

  private constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle
    this.#endByte = sizeBytes
    this.#fileBytes = sizeBytes
  }

  /** A file that was not there is on the disk by its name once the promise resolves. */
  static async open(file: string): Promise<LinesFile> {
    const handle = await openRegularFile(file, 'a+')
    try {
      const { size } = await handle.stat()
      if (size === 0) await syncFolder(path.dirname(file))
      return new LinesFile(handle, size)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get sizeBytes(): number {
    return this.#endByte
  }

  /** Whether lines stand behind the place where the next one is to begin. */
  get hasRest(): boolean {
    return this.#fileBytes > this.#endByte
  }

  /** Whether this writer has changed the file: had it cut or added to it. */
  get isWrittenTo(): boolean {
    return this.#isWrittenTo
  }

  /** From here on the next line is written. Nothing happens to the file until then. */
  goBackTo(byte: number): void {
    if (byte >= this.#endByte) return
    this.#endByte = byte
    this.#endsWhole = false
  }

  /** Makes the file end with a whole line. */
  async cut(): Promise<void> {
    if (this.#endsWhole) return
    const { size } = await this.#handle.stat()
    this.#endByte = await this.#endOfLines(Math.min(size, this.#endByte))
    this.#fileBytes = size
    if (this.#endByte < size) {
      await this.#handle.truncate(this.#endByte)
      this.#fileBytes = this.#endByte
      this.#isWrittenTo = true
      this.#isOnDisk = false
    }
    if (this.#hashedBytes > this.#endByte) this.#forgetHash()
    this.#endsWhole = true
  }

  /** Whole lines, or none of them: after a failure the next call begins where this one did. */
  async append(lines: string): Promise<void> {
    await this.cut()
    const bytes = Buffer.from(lines, 'utf8')
    this.#endsWhole = false
    this.#isWrittenTo = true
    this.#isOnDisk = false
    await this.#handle.appendFile(bytes)
    this.#endsWhole = true
    if (this.#hashedBytes === this.#endByte) {
      this.#hash.update(bytes)
      this.#hashedBytes += bytes.length
    }
    this.#endByte += bytes.length
    this.#fileBytes = this.#endByte
  }

  /** Waits until all lines are on the disk. */
  async sync(): Promise<void> {
    if (this.#isOnDisk) return
    await this.#handle.datasync()
    this.#isOnDisk = true
  }

  /** Digest of the first bytes of the file; those of earlier calls are not read again. */
  async sha256(toByte = this.#endByte): Promise<string> {
    if (this.#hashedBytes > toByte) this.#forgetHash()
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, toByte - this.#hashedBytes))
    while (this.#hashedBytes < toByte) {
      const length = Math.min(chunk.length, toByte - this.#hashedBytes)
      const { bytesRead } = await this.#handle.read(chunk, 0, length, this.#hashedBytes)
      if (bytesRead === 0) break // shorter than it should be: another digest than the one of all these bytes
      this.#hash.update(chunk.subarray(0, bytesRead))
      this.#hashedBytes += bytesRead
    }
    return this.#hash.copy().digest('hex')
  }

  /** The last whole line without its newline, and where it begins; null where there is none. */
  async lastLine(): Promise<{ readonly text: string; readonly startByte: number } | null> {
    const end = await this.#endOfLines(this.#endByte)
    if (end === 0) return null
    const startByte = await this.#endOfLines(end - 1)
    const length = end - 1 - startByte
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, startByte)
    return { text: buffer.toString('utf8', 0, bytesRead), startByte }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  #forgetHash(): void {
    this.#hash = createHash('sha256')
    this.#hashedBytes = 0
  }

  /** Behind the last newline before `byte`. */
  async #endOfLines(byte: number): Promise<number> {
    const chunk = Buffer.alloc(Math.min(TAIL_BYTES, byte))
    for (let end = byte; end > 0;) {
      const start = Math.max(0, end - chunk.length)
      const { bytesRead } = await this.#handle.read(chunk, 0, end - start, start)
      const newline = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE)
      if (newline >= 0) return start + newline + 1
      end = start
    }
    return 0
  }
}
