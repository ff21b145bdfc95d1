/**
 * The folder in which a set-up works until it is whole: which steps are done enters and leaves, so that one that was cancelled or killed goes on
 * with the step it was at. A folder of another recipe is begun anew.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { parseJson } from '../../../shared/exchange/parse-json.ts'
import type { TensorflowFlavour, TensorflowStep } from '../../../shared/protocol/tensorflow.ts'
import { tensorflowFolder } from '../../engine/tensorflow/installation.ts'
import { replaceFile } from '../../store/durable-file.ts'
import { readRegularText } from '../../store/regular-file.ts'
import { HEADERS_VERSION, PACKAGE_VERSION, WHEELS } from './recipe.ts'

const DONE_FILE = 'steps-done.json'

const doneSchema = z.object({ recipe: z.string(), steps: z.array(z.string()) })

export class Staging {
  readonly folder: string
  readonly #recipe: string
  readonly #done: Set<string>

  private constructor(folder: string, recipe: string, done: readonly string[]) {
    this.folder = folder
    this.#recipe = recipe
    this.#done = new Set(done)
  }

  /** Only for who holds the lock of the set-up. */
  static async open(cache: string, flavour: TensorflowFlavour): Promise<Staging> {
    const folder = path.join(tensorflowFolder(cache), `setting-up-${flavour}`)
    const recipe = createHash('sha256')
      .update(JSON.stringify([PACKAGE_VERSION, HEADERS_VERSION, WHEELS[flavour]]))
      .digest('hex')
    const done = await readDone(path.join(folder, DONE_FILE))
    if (done?.recipe === recipe) return new Staging(folder, recipe, done.steps)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    return new Staging(folder, recipe, [])
  }

  isDone(step: TensorflowStep): boolean {
    return this.#done.has(step)
  }

  async markDone(step: TensorflowStep): Promise<void> {
    this.#done.add(step)
    const text = JSON.stringify({ recipe: this.#recipe, steps: [...this.#done] })
    await replaceFile(path.join(this.folder, DONE_FILE), text)
  }
}

/** Of a set-up that is in its place. */
export async function removeNotes(folder: string): Promise<void> {
  await rm(path.join(folder, DONE_FILE), { force: true })
}

async function readDone(file: string): Promise<z.output<typeof doneSchema> | null> {
  try {
    return doneSchema.parse(parseJson(await readRegularText(file)))
  } catch {
    return null // none, or torn: the folder is begun anew
  }
}

/** Of all files under a folder; 0 where there is none, and without those that vanish meanwhile. */
export async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const sizes = entries.map((entry) => {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) return bytesUnder(place)
    return entry.isFile()
      ? stat(place).then(
          ({ size }) => size,
          () => 0,
        )
      : 0
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
