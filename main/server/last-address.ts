/**
 * Where a home was served last: its port and token, so that a lab which is started again has the same address and pages that are still open
 * connect by themselves. Readable by the user alone; deleting the file gives the next start a new token, and so does another program at the
 * port: whoever opens the address from before shows it the old one.
 */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/errors/errors.ts'
import { replaceFile } from '../store/durable-file.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { reasonOf } from '../store/file-errors.ts'
import { readRegularText } from '../store/regular-file.ts'

const FILE = 'served.json'
const OWNER_ONLY = 0o600

const schema = z.strictObject({
  port: z.number().int().min(1).max(65_535).nullable(),
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})

export type LastAddress = z.output<typeof schema>

/** @returns a new token and no port where nothing is known, or nothing that can be trusted */
export async function readLastAddress(home: string): Promise<LastAddress> {
  try {
    const parsed = schema.safeParse(parseJson(await readRegularText(path.join(home, FILE))))
    if (parsed.success) return parsed.data
  } catch {
    // The first start, or a damaged file: a new address is as good.
  }
  return { port: null, token: makeToken() }
}

/** Of 256 bits. */
export const makeToken = (): string => randomBytes(32).toString('base64url')

/** @throws LabError `run-folder` when the home cannot be written */
export async function saveLastAddress(home: string, address: LastAddress): Promise<void> {
  const file = path.join(home, FILE)
  try {
    await mkdir(home, { recursive: true })
    await replaceFile(file, `${JSON.stringify(address)}\n`, OWNER_ONLY)
  } catch (cause) {
    throw new LabError('run-folder', 'the address cannot be kept for the next start.', {
      where: file,
      expected: 'a home that can be written',
      found: reasonOf(cause),
      remedy:
        'Runs can be looked at, but none started: check the permissions and the space left, or choose another --home.',
      cause,
    })
  }
}
