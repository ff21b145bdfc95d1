/** A text that the user names on the command line, be it a file or a pipe: in UTF-8, or what its byte order mark says, which is no part of it. */
import { readFile } from 'node:fs/promises'

/** PowerShell writes UTF-16 where its output goes into a file. */
const MARKS: Readonly<Record<string, string>> = { fffe: 'utf-16le', feff: 'utf-16be' }

/** @throws the file system's error */
export async function readUserText(file: string): Promise<string> {
  const bytes = await readFile(file)
  return new TextDecoder(MARKS[bytes.toString('hex', 0, 2)] ?? 'utf-8').decode(bytes)
}
