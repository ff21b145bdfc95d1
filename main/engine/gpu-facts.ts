/**
 * What the drivers of this machine's graphics processors tell of them: memory, driver and how busy they are. NVIDIA's is asked through its
 * own program, AMD's and others' through Linux' files; where neither is there, nothing is known.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { readDeviceName } from './device-names.ts'

export interface GpuFacts {
  /** As its driver calls it; null where the driver gives it no name. */
  readonly name: string | null
  readonly driver: string | null
  readonly memoryBytes: number | null
  readonly usedBytes: number | null
  /** 0 to 1, of the last moment. */
  readonly busyShare: number | null
}

const NVIDIA_FIELDS = ['name', 'driver_version', 'memory.total', 'memory.used', 'utilization.gpu'] as const
const NVIDIA_LIMIT_MS = 3000
const LINUX_CARDS = '/sys/class/drm'

/** @param cardsFolder where Linux has its graphics cards */
export async function readGpuFacts(cardsFolder = LINUX_CARDS): Promise<GpuFacts[]> {
  return [...parseNvidia(await askNvidia()), ...(await readCards(cardsFolder))]
}

/** Empty where its program is not there, or has no driver to ask. */
function askNvidia(): Promise<string> {
  const query = [`--query-gpu=${NVIDIA_FIELDS.join(',')}`, '--format=csv,noheader,nounits']
  return new Promise((resolve) => {
    execFile('nvidia-smi', query, { timeout: NVIDIA_LIMIT_MS, windowsHide: true }, (error, stdout) =>
      resolve(error ? '' : stdout),
    )
  })
}

/** @param text of `nvidia-smi`: a line a processor, MiB and percents without units */
export function parseNvidia(text: string): GpuFacts[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name, driver, total, used, busy] = line.split(',').map((field) => field.trim())
      return {
        name: name || null,
        driver: driver || null,
        memoryBytes: scaled(total, 2 ** 20),
        usedBytes: scaled(used, 2 ** 20),
        busyShare: scaled(busy, 0.01),
      }
    })
}

/** Null for `[N/A]` and the like. */
function scaled(text: string | undefined, factor: number): number | null {
  const value = Number(text)
  return text === undefined || text === '' || !Number.isFinite(value) ? null : value * factor
}

/** Cards of drivers that write their memory there: amdgpu. */
async function readCards(folder: string): Promise<GpuFacts[]> {
  const names = await readdir(folder).catch(() => []) // no Linux, or no card
  const cards = names.filter((name) => /^card\d+$/.test(name)).sort()
  const read = (card: string, file: string, factor: number): Promise<number | null> =>
    readFile(path.join(folder, card, 'device', file), 'utf8').then(
      (text) => scaled(text.trim(), factor),
      () => null,
    )
  const facts = await Promise.all(
    cards.map(async (card) => ({
      name: null,
      driver: null,
      memoryBytes: await read(card, 'mem_info_vram_total', 1),
      usedBytes: await read(card, 'mem_info_vram_used', 1),
      busyShare: await read(card, 'gpu_busy_percent', 0.01),
    })),
  )
  return facts.filter(({ memoryBytes }) => memoryBytes !== null)
}

/** Of a device by its name: the one of that name, of several alike the one of its number, or the only one there is. */
export function factsOf(facts: readonly GpuFacts[], name: string): GpuFacts | null {
  const { model, number } = readDeviceName(name)
  const same = facts.filter((each) => each.name === model)
  const similar = facts.filter(({ name: own }) => own !== null && (model.includes(own) || own.includes(model)))
  const [only] = facts
  return (
    (same.length > 0 ? same : similar)[number - 1] ??
    (facts.length === 1 && only!.name === null && number === 1 ? only! : null)
  )
}
