/**
 * Training steps that were measured on this machine, by design and device, in the user's cache: a measurement enters, the next run of a
 * design of that shape finds it.
 */
import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { MemoryRequest } from '../../shared/backends/memory-plan.ts'
import type { Network } from '../../shared/networks/network.ts'
import type { DeviceReport } from '../../shared/protocol/devices.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { readRegularText } from '../store/regular-file.ts'
import type { EngineOptions } from './engine-options.ts'
import { LAB_VERSION } from './version.ts'

const FILE = 'speeds.json'
/** The latest are kept. */
const MOST_KEPT = 500

/** What a step's time depends on: the cells as they compute, their widths, the length and number of series. */
export function designShape({ inputSize, outputSize, loss, layers }: Network, request: MemoryRequest): string {
  const parts = layers.map((layer) => layer.map(({ cell, units }) => [cell.text, units]))
  const { steps, batch, replicas } = request
  const facts = JSON.stringify([inputSize, outputSize, loss, parts, steps, batch, replicas])
  return createHash('sha256').update(facts).digest('hex').slice(0, 32)
}

/** @returns ms a step; null where it was never measured as it is now */
export async function knownStepMs(options: EngineOptions, device: DeviceReport, shape: string): Promise<number | null> {
  const known = (await readSpeeds(options))[keyOf(options, device, shape)]
  return typeof known === 'number' && known > 0 ? known : null
}

/** Whether a step of this shape was ever measured on this machine. */
export async function isShapeKnown(options: EngineOptions, shape: string): Promise<boolean> {
  return Object.keys(await readSpeeds(options)).some((key) => key.endsWith(shape))
}

export async function rememberStepMs(
  options: EngineOptions,
  device: DeviceReport,
  shape: string,
  stepMs: number,
): Promise<void> {
  const key = keyOf(options, device, shape)
  const others = Object.entries(await readSpeeds(options)).filter(([known]) => known !== key)
  const speeds = Object.fromEntries([...others.slice(1 - MOST_KEPT), [key, stepMs]])
  const file = path.join(options.cacheFolder, FILE)
  const own = `${file}.${process.pid}`
  try {
    await mkdir(options.cacheFolder, { recursive: true })
    await writeFile(own, `${JSON.stringify(speeds, null, 2)}\n`)
    await rename(own, file) // replaced whole, as other processes may read it
  } catch {
    // Where nothing can be remembered (a read-only home), it is measured again.
  }
}

function keyOf({ threads }: EngineOptions, { id, name, driver, kind }: DeviceReport, shape: string): string {
  const machine = kind === 'processor' ? [os.cpus()[0]?.model ?? '', `${threads} threads`] : [name, driver ?? '']
  return [LAB_VERSION, id, ...machine, shape].join(' / ')
}

/** It is only a cache: a damaged file counts as none. */
async function readSpeeds({ cacheFolder }: EngineOptions): Promise<Record<string, unknown>> {
  try {
    const json = parseJson(await readRegularText(path.join(cacheFolder, FILE)))
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {}
  } catch {
    return {}
  }
}
