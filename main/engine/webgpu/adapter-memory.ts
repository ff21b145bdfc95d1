/**
 * What was found out about an adapter, remembered in the user's cache: that it computes right, and how kernels are fastest on it. It holds for this
 * version of the lab, the adapter and its driver; who loses it finds it out again.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Backend } from '../../../shared/backends/backend.ts'
import type { Tuning } from '../../../shared/backends/tuning.ts'
import { parseJson } from '../../../shared/exchange/parse-json.ts'
import { readRegularText } from '../../store/regular-file.ts'
import { LAB_VERSION } from '../version.ts'
import type { TuningMemory } from './remembering-backend.ts'

const FILE = 'webgpu.json'

interface Remembered {
  readonly isRight: boolean
  readonly tuning: Tuning
}

const NOTHING: Remembered = { isRight: false, tuning: {} }

export class AdapterMemory implements TuningMemory {
  readonly #file: string
  readonly #key: string
  #all: Readonly<Record<string, Remembered>>

  private constructor(file: string, key: string, all: Readonly<Record<string, Remembered>>) {
    this.#file = file
    this.#key = key
    this.#all = all
  }

  static async read(folder: string, { device, driver }: Pick<Backend, 'device' | 'driver'>): Promise<AdapterMemory> {
    const file = path.join(folder, FILE)
    return new AdapterMemory(file, [LAB_VERSION, device, driver].join(' / '), await readAll(file))
  }

  get isRight(): boolean {
    return this.#own.isRight
  }

  async rememberRight(): Promise<void> {
    await this.#remember({ isRight: true })
  }

  get tuning(): Tuning {
    return this.#own.tuning
  }

  async addTuning(tuning: Tuning): Promise<void> {
    await this.#remember({ tuning })
  }

  get #own(): Remembered {
    return this.#all[this.#key] ?? NOTHING
  }

  /** Replaced whole, as other processes may read it, and with what others have written meanwhile. */
  async #remember({ isRight = false, tuning = {} }: Partial<Remembered>): Promise<void> {
    const all = await readAll(this.#file)
    const known = all[this.#key] ?? this.#own
    this.#all = {
      ...all,
      [this.#key]: { isRight: isRight || known.isRight, tuning: { ...known.tuning, ...tuning } },
    }
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
  const { isRight, tuning } = (value ?? {}) as Partial<Remembered>
  return typeof isRight === 'boolean' && typeof tuning === 'object' && tuning !== null
}
