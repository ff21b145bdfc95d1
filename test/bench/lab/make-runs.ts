/**
 * Run folders as the lab writes them, through its own writer, without training: how many enters, a home that holds so many leaves. Strategies,
 * cells, T, units and seeds vary as in a study; some runs have failed, were stopped, or have lost their writer.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { writeAnnotations } from '../../../main/store/annotations-file.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { STRATEGIES, type Strategy } from '../../../shared/experiments/strategies.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import type { RunEvent, RunRecord, RunStatus } from '../../../shared/runs/run.ts'

const CELLS = ['gru', 'lstm', 'mgu', 'brc', 'nbrc']
const SERIES_STEPS = [50, 100, 200, 300, 600]
const UNITS = [64, 128]
const LEARNING_RATES = [1e-3, 3e-3]
const STEPS_LOGGED = 40
const TAGS = ['paper', 'check', 'long memory', 'baseline']
const VERSIONS = { lab: '0.1.0', node: process.versions.node }
/** Groups made side by side: the disk works while the others compute. */
const SIDE_BY_SIDE = 16
/** Says that a home is whole, and with what it was made. */
const MARK = 'made-runs.json'
/** Another way of making them. */
const MAKER_VERSION = 1

/** Makes a home with so many runs, or takes the one that is there already. @param progress called with how many are made */
export async function makeRuns(home: string, runCount: number, progress: (madeCount: number) => void): Promise<void> {
  const mark = JSON.stringify({ runCount, version: MAKER_VERSION })
  const file = path.join(home, MARK)
  if (existsSync(file) && (await readFile(file, 'utf8')) === mark) return
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  const store = new RunStore(home)
  const groupCount = Math.ceil(runCount / STRATEGIES.length)
  let next = 0
  let madeCount = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const index = next++
      if (index >= groupCount) return
      const strategies = STRATEGIES.slice(0, Math.min(STRATEGIES.length, runCount - index * STRATEGIES.length))
      for (const record of await makeGroup(store, index, strategies)) {
        await fill(store, record, new RandomStream(index, 'preview', STRATEGIES.indexOf(record.strategy)))
        progress(++madeCount)
      }
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  await writeFile(file, mark)
}

function makeGroup(store: RunStore, index: number, strategies: readonly Strategy[]): Promise<RunRecord[]> {
  let rest = index
  const pick = <Value>(values: readonly Value[]): Value => {
    const value = values[rest % values.length]!
    rest = Math.floor(rest / values.length)
    return value
  }
  const cell = pick(CELLS)
  const steps = pick(SERIES_STEPS)
  const units = pick(UNITS)
  const learningRate = pick(LEARNING_RATES)
  const config = parseConfig(
    {
      name: `${cell} T${steps}`,
      dataset: { kind: 'copy-first-input', steps },
      layers: [
        { cell, units },
        { cell, units },
      ],
      strategies,
      seeds: [rest, rest + 1_000_000],
      training: { steps: 20_000, optimizer: { learningRate } },
    },
    'made configuration',
  )
  return store.createGroup(config, strategies, VERSIONS)
}

function statusOf(draw: number): RunStatus {
  if (draw < 0.03) return 'failed'
  if (draw < 0.05) return 'running' // without a writer: crashed
  if (draw < 0.06) return 'stopped'
  return draw < 0.07 ? 'queued' : 'finished'
}

async function fill(store: RunStore, { id, config, strategy }: RunRecord, draws: RandomStream): Promise<void> {
  const status = statusOf(draws.uniform())
  if (status === 'queued') return
  const writer = await store.openWriter(id)
  const startedAt = new Date().toISOString()
  await writer.update({ status: 'running', backend: 'wasm', startedAt })
  const skill = strategy === 'none' ? 1 : 0.02
  const events: RunEvent[] = [{ type: 'phase', phase: 'training', step: 0 }]
  for (let step = 1; step <= STEPS_LOGGED; step++) {
    const loss = config.seeds.map(() => skill * Math.exp(0.2 * draws.normal()) * (1 + 10 / step))
    events.push({ type: 'train-step', step, loss, gradientNorm: loss, learningRate: loss.map(() => 1e-3) })
  }
  writer.append(events)
  if (status === 'finished') {
    const tensor = { shape: [2], data: Float32Array.of(draws.normal(), draws.normal()) }
    await writer.saveWeights(new Map([['seed0/parameters/readout.weight', tensor]]), { run: id })
    const best = config.seeds.map(() => skill * Math.exp(0.3 * draws.normal()))
    const result = {
      metric: 'mse' as const,
      best,
      last: best.map((value) => value * (1 + 0.1 * draws.uniform())),
      seeds: config.seeds,
      warmupRestarts: config.seeds.map(() => 0),
    }
    await writer.update({ status, endedAt: new Date().toISOString(), result })
  } else if (status === 'failed')
    await writer.update({
      status,
      endedAt: new Date().toISOString(),
      error: { code: 'non-finite', message: 'The loss is not finite.' },
    })
  else if (status === 'stopped') await writer.update({ status, endedAt: new Date().toISOString() })
  await writer.close()
  if (draws.uniform() < 0.1)
    await writeAnnotations(store.folder(id), {
      tags: [TAGS[draws.integer(TAGS.length)]!],
      notes: draws.uniform() < 0.3 ? 'looked at by hand' : '',
      isStarred: draws.uniform() < 0.3,
      isArchived: draws.uniform() < 0.1,
    })
}
