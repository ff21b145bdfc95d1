/**
 * What was found out about an adapter, remembered in the user's cache: that it computes right, and which shapes are fastest on it. It holds for this
 * version of the lab, the adapter and its driver; who loses it finds it out again.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { AdapterFacts } from '../../../shared/backends/webgpu/device.ts'
import type { ShapeMemory } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import type { RecurrenceShape } from '../../../shared/backends/webgpu/wgsl/recurrence-shapes.ts'
import { parseJson } from '../../../shared/exchange/parse-json.ts'
import { readRegularText } from '../../store/regular-file.ts'
import { LAB_VERSION } from '../version.ts'

const FILE = 'webgpu.json'

interface Remembered {
  readonly isRight: boolean
  readonly shapes: Readonly<Record<string, RecurrenceShape>>
}

const NOTHING: Remembered = { isRight: false, shapes: {} }

export class AdapterMemory implements ShapeMemory {
  readonly #file: string
  readonly #key: string
  #all: Readonly<Record<string, Remembered>>

  private constructor(file: string, key: string, all: Readonly<Record<string, Remembered>>) {
    this.#file = file
    this.#key = key
    this.#all = all
  }

  static async read(
    folder: string,
    { vendor, name, driver }: Pick<AdapterFacts, 'vendor' | 'name' | 'driver'>,
  ): Promise<AdapterMemory> {
    const file = path.join(folder, FILE)
    return new AdapterMemory(file, [LAB_VERSION, vendor, name, driver].join(' / '), await readAll(file))
  }

  get isRight(): boolean {
    return this.#own.isRight
  }

  async rememberRight(): Promise<void> {
    await this.#remember({ ...this.#own, isRight: true })
  }

  get(key: string): RecurrenceShape | null {
    return this.#own.shapes[key] ?? null
  }

  async set(key: string, shape: RecurrenceShape): Promise<void> {
    await this.#remember({ ...this.#own, shapes: { ...this.#own.shapes, [key]: shape } })
  }

  get #own(): Remembered {
    return this.#all[this.#key] ?? NOTHING
  }

  /** Replaced whole, as other processes may read it. */
  async #remember(own: Remembered): Promise<void> {
    this.#all = { ...(await readAll(this.#file)), [this.#key]: own }
    const written = `${this.#file}.${process.pid}`
    try {
      await mkdir(path.dirname(this.#file), { recursive: true })
      await writeFile(written, `${JSON.stringify(this.#all, null, 2)}\n`)
      await rename(written, this.#file)
    } catch {
      // Where nothing can be remembered (a read-only home), the next process finds it out again.
    }
  }
}

/** Nothing from a damaged file or none: it is only a cache. */
async function readAll(file: string): Promise<Record<string, Remembered>> {
  try {
    const json = parseJson(await readRegularText(file))
    if (typeof json !== 'object' || json === null) return {}
    return Object.fromEntries(
      Object.entries(json).filter((entry): entry is [string, Remembered] => isRemembered(entry[1])),
    )
  } catch {
    return {}
  }
}

function isRemembered(value: unknown): value is Remembered {
  const { isRight, shapes } = (value ?? {}) as Partial<Remembered>
  return typeof isRight === 'boolean' && typeof shapes === 'object' && shapes !== null
}
