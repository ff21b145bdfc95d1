/**
 * A run that is killed, or loses its power, in any gap between two changes of the disk while it finishes, pauses, stops or fails, goes on and
 * ends as one that was left alone, or is whole already.
 */
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LOCK_FILE } from '../../../main/store/run-lock.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import type { LogEntry } from '../../../shared/runs/log.ts'
import { isOver } from '../../../shared/runs/run-state.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import { trainRun } from '../../../shared/training/train-run.ts'
import { toyBackend, toyConfig, toyDataset, toyNetwork, type ToyBehaviour } from '../training/toy.ts'
import { complaintOf, temporaryFolder, versions } from './store-helpers.ts'
import { watchDisk, type DiskStep, type WatchedEnd } from './watched-disk.ts'

vi.mock('node:fs/promises', async (importOriginal) => {
  const { countSteps } = await import('./watched-disk.ts')
  return countSteps(await importOriginal())
})

const SEEDS = [0]
const { training } = toyConfig(SEEDS)
const CONFIG = toyConfig(SEEDS, { training: { ...training, schedule: { kind: 'constant' } } })
/** Of nine steps; each ending is watched from here on. */
const RESTS_AT = 6
const LEAVES_AT = 8

interface Ending {
  /** Whether its training is asked to end after a step, and how. */
  readonly asks: 'pause' | 'stop' | null
  readonly behaviour?: ToyBehaviour
  /** Whether a sign of life comes between its last rows and its end. */
  readonly beats?: boolean
  readonly status: RunRecord['status']
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  finishes: { asks: null, status: 'finished' },
  'finishes and beats on the way': { asks: null, beats: true, status: 'finished' },
  pauses: { asks: 'pause', status: 'paused' },
  stops: { asks: 'stop', status: 'stopped' },
  fails: { asks: null, behaviour: { failAt: LEAVES_AT }, status: 'failed' },
  diverges: { asks: null, behaviour: { breakAt: LEAVES_AT }, status: 'diverged' },
}

// The clock stands and no timer goes off, so that every try takes the same steps.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.UTC(2026, 0, 1) })
  return () => vi.useRealTimers()
})

/** Trains on; @returns the record then. */
async function train(
  home: string,
  id: string,
  { asks, behaviour, beats }: Ending,
  leavesAt = LEAVES_AT,
): Promise<RunRecord> {
  const store = new RunStore(home)
  const writer = await store.openWriter(id)
  try {
    let step = 0
    await trainRun({
      record: writer.record,
      network: toyNetwork(),
      datasets: SEEDS.map(toyDataset),
      backend: toyBackend(behaviour),
      writer,
      clock: { now: () => Date.now() },
      control: { requested: () => (step >= leavesAt ? asks : null) },
      onEvent(event) {
        if (event.type === 'train-step') step = event.step
        if (event.type === 'test' && beats) void writer.heartbeat()
      },
    }).catch((error: unknown) => {
      if (behaviour === undefined) throw error
    })
  } finally {
    await writer.close()
  }
  return store.readRecord(id)
}

const read = (folder: string, name: string): Buffer => readFileSync(path.join(folder, name))
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Everything that a run came to. */
function endOf(folder: string): unknown {
  const { status, result, error, diverged, digests } = JSON.parse(read(folder, 'run.json').toString()) as RunRecord
  const names = readdirSync(folder).filter((name) => name !== 'run.json' && name !== 'log.jsonl')
  return [{ status, result, error, diverged, digests }, names.map((name) => [name, sha256(read(folder, name))])]
}

/** Of the log: each status begins with the one before it, and the last is that of the record. */
function expectTrueLog(folder: string, { status }: RunRecord): void {
  const lines = read(folder, 'log.jsonl').toString().split('\n').slice(0, -1)
  const told = lines.map((line) => JSON.parse(line) as LogEntry).filter((entry) => entry.kind === 'status')
  told.forEach((entry, index) => expect(entry.previous).toBe(index === 0 ? 'queued' : told[index - 1]!.status))
  expect(told.at(-1)?.status).toBe(status)
}

/** What rests has all of its rows, and says so. */
function expectWhole(folder: string, record: RunRecord): void {
  if (record.status === 'running') return
  const metrics = read(folder, 'metrics.jsonl')
  if (record.status === 'finished') {
    expect(metrics.toString()).toMatch(/\n\{"type":"test",.*\}\n$/)
    expectTrueLog(folder, record)
  }
  expect(record.digests?.metrics).toEqual({ bytes: metrics.length, sha256: sha256(metrics) })
}

interface Prepared {
  readonly home: string
  readonly id: string
}

const folderOf = ({ home, id }: Prepared): string => path.join(home, 'runs', id)

async function copyOf(from: Prepared): Promise<Prepared> {
  const home = await temporaryFolder()
  cpSync(from.home, home, { recursive: true })
  return { home, id: from.id }
}

/** A run that rests a few steps before its end. */
async function restingRun(): Promise<Prepared> {
  const home = await temporaryFolder()
  const [record] = await new RunStore(home).createGroup(CONFIG, ['none'], versions)
  const { id } = record!
  await train(home, id, ENDINGS.pauses!, RESTS_AT)
  return { home, id }
}

/** Ends a run that was killed, and says what it then is. */
async function takeUp(run: Prepared, ending: Ending): Promise<unknown> {
  const store = new RunStore(run.home)
  const folder = folderOf(run)
  const record = await store.readRecord(run.id)
  expectWhole(folder, record)
  if (isOver(record.status)) {
    const before = timesOf(folder)
    expect(await complaintOf(() => train(run.home, run.id, ending))).toMatchObject({ code: 'usage' })
    expect(timesOf(folder)).toEqual(before)
  } else {
    const ended = await train(run.home, run.id, { ...ending, asks: null })
    expectWhole(folder, ended)
    expectTrueLog(folder, ended)
  }
  return endOf(folder)
}

/** Files with their bytes and when they were written. */
function timesOf(folder: string): unknown {
  return readdirSync(folder).map((name) => {
    const file = path.join(folder, name)
    return [name, sha256(readFileSync(file)), statSync(file).mtimeMs, statSync(file).ino]
  })
}

/** What is left after a death at a step: as it stood, with half of the addition that was being made, and with what was synced alone. */
async function remainsOf(run: Prepared, end: WatchedEnd): Promise<Prepared[]> {
  const stood = await copyOf(run)
  const remains = [stood]
  if (end.torn !== null) {
    const torn = await copyOf(stood)
    const file = path.join(folderOf(torn), path.basename(end.torn.file))
    await appendFile(file, end.torn.bytes.subarray(0, end.torn.bytes.length / 2))
    remains.push(torn)
  }
  const powerless = { home: await temporaryFolder(), id: run.id }
  mkdirSync(folderOf(powerless), { recursive: true })
  end.savePowerLoss(folderOf(powerless))
  remains.push(powerless)
  // The process that held it is dead.
  for (const dead of remains) rmSync(path.join(folderOf(dead), LOCK_FILE), { force: true })
  return remains
}

const tellSteps = (steps: readonly DiskStep[]): string[] => steps.map(({ what, file }) => `${what} ${file}`)

describe('a run that', () => {
  it.each(Object.entries(ENDINGS))(
    '%s ends the same after a kill, or a loss of power, in every gap of its ending',
    async (_, ending) => {
      const resting = await restingRun()
      const calm = await copyOf(resting)
      expect((await train(calm.home, calm.id, { ...ending, asks: null })).status).toBe(
        ending.behaviour ? ending.status : 'finished',
      )
      const expected = endOf(folderOf(calm))
      const seen = new Set<string>()
      let killCount = 0
      for (let fatalStep = 0; ; fatalStep++) {
        const run = await copyOf(resting)
        const end = await watchDisk(folderOf(run), () => train(run.home, run.id, ending), { fatalStep })
        if (!end.isKilled) {
          expect((await new RunStore(run.home).readRecord(run.id)).status).toBe(ending.status)
          break
        }
        killCount++
        for (const remains of await remainsOf(run, end)) {
          const found = JSON.stringify(endOf(folderOf(remains))) + sha256(read(folderOf(remains), 'log.jsonl'))
          if (seen.has(found)) continue
          seen.add(found)
          expect(await takeUp(remains, ending), tellSteps(end.steps).join('\n')).toEqual(expected)
        }
      }
      expect(killCount).toBeGreaterThan(15)
    },
  )
})

describe('a resume', () => {
  it('that meets a full disk while it complains of lost metrics leaves the log that was there', async () => {
    const resting = await restingRun()
    truncateSync(path.join(folderOf(resting), 'metrics.jsonl'), 100)
    const before = read(folderOf(resting), 'log.jsonl').toString()
    const error = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
    for (let fatalStep = 0, isMet = true; isMet; fatalStep++) {
      const run = await copyOf(resting)
      const attempt = async (): Promise<unknown> =>
        train(run.home, run.id, ENDINGS.finishes!).catch((thrown: unknown) => thrown)
      const { steps } = await watchDisk(folderOf(run), attempt, { fatalStep, error })
      isMet = steps.length > fatalStep
      expect(read(folderOf(run), 'log.jsonl').toString().slice(0, before.length), tellSteps(steps).join('\n')).toBe(
        before,
      )
    }
  })

  it('changes nothing of the metrics before its record says that it runs, whatever its heartbeat', async () => {
    const run = await restingRun()
    const folder = folderOf(run)
    // As one that has failed after its last checkpoint.
    await appendFile(path.join(folder, 'metrics.jsonl'), '{"type":"log","level":"info","message":"more"}\n')
    const before = read(folder, 'metrics.jsonl').toString()
    const writer = await new RunStore(run.home).openWriter(run.id)
    await writer.loadCheckpoint()
    await writer.heartbeat()
    expect(read(folder, 'metrics.jsonl').toString()).toBe(before)
    await writer.update({ status: 'running' })
    expect(read(folder, 'metrics.jsonl').length).toBeLessThan(before.length)
    await writer.close()
  })
})

describe('the end of a run', () => {
  it('is written last: its weights, rows and log are on the disk before its record says so', async () => {
    const run = await restingRun()
    const { steps } = await watchDisk(folderOf(run), () => train(run.home, run.id, ENDINGS.finishes!))
    const replace = (name: string): string[] => [
      `create ${name} (temporary)`,
      `write ${name} (temporary)`,
      `sync ${name} (temporary)`,
      `rename ${name}`,
      `sync folder ${run.id}`,
    ]
    expect(tellSteps(steps).slice(-16)).toEqual([
      ...replace('weights.safetensors'),
      'append log.jsonl',
      'append metrics.jsonl',
      'append log.jsonl',
      'sync metrics.jsonl',
      'sync log.jsonl',
      ...replace('run.json'),
      'remove lock',
    ])
  })

  it('that meets a full disk at any one step loses nothing: taken up again, the run ends the same', async () => {
    const resting = await restingRun()
    const calm = await copyOf(resting)
    await train(calm.home, calm.id, ENDINGS.finishes!)
    const expected = endOf(folderOf(calm))
    const error = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
    for (let fatalStep = 0, isMet = true; isMet; fatalStep++) {
      const run = await copyOf(resting)
      const attempt = async (): Promise<unknown> =>
        train(run.home, run.id, ENDINGS.finishes!).catch((thrown: unknown) => thrown)
      const { steps } = await watchDisk(folderOf(run), attempt, { fatalStep, error })
      isMet = steps.length > fatalStep
      rmSync(path.join(folderOf(run), LOCK_FILE), { force: true }) // where it was the lock that could not be removed
      expect(await takeUp(run, ENDINGS.finishes!), tellSteps(steps).join('\n')).toEqual(expected)
    }
  })

  it('that is only just there leaves files whose names are on the disk', async () => {
    const home = await temporaryFolder()
    const [record] = await new RunStore(home).createGroup(CONFIG, ['none'], versions)
    const run = { home, id: record!.id }
    const { steps } = await watchDisk(folderOf(run), () => train(home, run.id, ENDINGS.finishes!))
    for (const name of ['metrics.jsonl', 'log.jsonl']) {
      const created = tellSteps(steps).indexOf(`create ${name}`)
      expect(tellSteps(steps)[created + 1]).toBe(`sync folder ${run.id}`)
    }
  })
})
