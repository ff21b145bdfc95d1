/** The version of the lab, from its package. */
import { readFile } from 'node:fs/promises'

export async function labVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}
