/**
 * Where a home was served last: its port and token, so that a lab which is started again has the same address and pages that are still open
 * connect by themselves. Readable by the user alone; deleting the file gives the next start a new token.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../store/durable-file.ts'
import { parseJson } from '../../shared/protocol/parse-json.ts'

const FILE = 'served.json'
const OWNER_ONLY = 0o600

const schema = z.strictObject({
  port: z.number().int().min(1).max(65_535).nullable(),
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})

export type LastAddress = z.output<typeof schema>

/** @returns a new token of 256 bits and no port where nothing is known, or nothing that can be trusted */
export async function readLastAddress(home: string): Promise<LastAddress> {
  try {
    const parsed = schema.safeParse(parseJson(await readFile(path.join(home, FILE), 'utf8')))
    if (parsed.success) return parsed.data
  } catch {
    // The first start, or a damaged file: a new address is as good.
  }
  return { port: null, token: randomBytes(32).toString('base64url') }
}

export async function saveLastAddress(home: string, address: LastAddress): Promise<void> {
  await mkdir(home, { recursive: true })
  await replaceFile(path.join(home, FILE), `${JSON.stringify(address)}\n`, OWNER_ONLY)
}
