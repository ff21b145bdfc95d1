/**
 * Spreads of weights and gradients over time, as a run's metrics hold them: a seed and a slice of the network enter, columns of histograms with
 * the same bins leave. A file that grows is read on from where it was left; one that was cut is read anew.
 */
import type { CheckedPayload } from '../../shared/protocol/commands.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { RunMetrics } from '../../shared/protocol/run-views.ts'
import type { RunSpreads } from '../../shared/protocol/insight-views.ts'
import { SpreadColumns } from '../../shared/runs/spread-columns.ts'
import { listSlices, readSpreads, spreadOfSlice } from '../../shared/runs/spreads.ts'
import { Timeline } from '../../shared/runs/timeline.ts'
import { commonBins } from '../../shared/statistics/histogram.ts'
import { statMetrics } from '../store/metrics-file.ts'
import { findMetricsLines, readMetricsTail } from '../store/metrics-search.ts'
import type { RunStore } from '../store/run-store.ts'

/** More have no room in a chart. */
export const MOST_COLUMNS = 240
/** Seeds of runs that stay in memory. */
const MOST_CACHED = 6

type Asked = CheckedPayload<'run.spreads'>
type TimeAxis = Pick<RunMetrics, 'marks' | 'lastPosition'>

export class RunSpreadsShelf {
  readonly #store: RunStore
  /** Least recently asked for first. */
  readonly #cached = new Map<string, SeedSpreads>()

  constructor(store: RunStore) {
    this.#store = store
  }

  /** @throws LabError `usage` for a seed or a slice that the run has not; `run-folder` */
  async read(asked: Asked, axis: TimeAxis): Promise<RunSpreads> {
    const { config } = await this.#store.readRecord(asked.runId)
    const seed = asked.seed ?? config.seeds[0]!
    const seedIndex = config.seeds.indexOf(seed)
    if (seedIndex < 0) throw noSuch('seed', asked.runId, config.seeds.join(', '), `\`${seed}\``)
    const key = `${seed} ${asked.runId}`
    const spreads = this.#cached.get(key) ?? new SeedSpreads(this.#store.folder(asked.runId), seedIndex)
    this.#cached.delete(key)
    this.#cached.set(key, spreads)
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size <= MOST_CACHED) break
      this.#cached.delete(oldest)
    }
    await spreads.readFile()
    return { ...spreads.view(asked, axis), runId: asked.runId, seed }
  }
}

/** One seed of one run. */
export class SeedSpreads {
  readonly #folder: string
  readonly #seedIndex: number
  #columns = new SpreadColumns(MOST_COLUMNS)
  #damagedCount = 0
  #bytesRead = 0
  #inode = 0
  /** What stood before `#bytesRead`. */
  #tail: Buffer = Buffer.alloc(0)
  /** Readings follow one another. */
  #reading: Promise<void> = Promise.resolve()

  constructor(folder: string, seedIndex: number) {
    this.#folder = folder
    this.#seedIndex = seedIndex
  }

  readFile(): Promise<void> {
    const reading = this.#reading.then(() => this.#readOn())
    this.#reading = reading.catch(() => undefined) // told to whoever waits for it
    return reading
  }

  async #readOn(): Promise<void> {
    const { sizeBytes, inode } = await statMetrics(this.#folder)
    const isSame =
      inode === this.#inode &&
      sizeBytes >= this.#bytesRead &&
      (await readMetricsTail(this.#folder, this.#bytesRead)).equals(this.#tail)
    if (!isSame) this.#forget()
    this.#inode = inode
    for await (const { lines, endByte } of findMetricsLines(this.#folder, 'spreads', this.#bytesRead, sizeBytes)) {
      for (const line of lines) this.#take(line)
      this.#bytesRead = endByte
    }
    this.#tail = await readMetricsTail(this.#folder, this.#bytesRead)
  }

  /** A line that is damaged is one moment less. */
  #take(line: string): void {
    try {
      const moment = readSpreads(line, this.#seedIndex)
      if (moment) this.#columns.push(moment)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      this.#damagedCount++
    }
  }

  /** @throws LabError `usage` for a slice that was not measured */
  view({ what, layerIndex, partIndex, runId }: Asked, { marks, lastPosition }: TimeAxis): Omit<RunSpreads, 'seed'> {
    const { columns } = this.#columns
    const slices = listSlices(columns[0]?.parts ?? [])
    const slice = { layerIndex, partIndex }
    if (columns.length > 0 && !slices.some((known) => known.layerIndex === layerIndex && known.partIndex === partIndex))
      throw noSuch('layer or part', runId, slices.map(sliceText).join(', '), sliceText(slice))
    const timeline = new Timeline(marks, lastPosition)
    const spreads = columns.map(({ parts }) => spreadOfSlice(parts, slice))
    const bins = commonBins(spreads.map((spread) => spread?.[what] ?? { low: 0, high: 0, counts: [] }))
    return {
      runId,
      what,
      slice,
      slices,
      momentCount: columns.reduce((sum, { momentCount }) => sum + momentCount, 0),
      damagedCount: this.#damagedCount,
      marks,
      lastPosition,
      low: bins.low,
      width: bins.width,
      binCount: bins.binCount,
      columns: columns.map(({ phase, fromStep, toStep, momentCount }, index) => ({
        fromPosition: timeline.position(phase, fromStep),
        toPosition: timeline.position(phase, toStep),
        momentCount,
        counts: bins.counts[index]!,
        zeroCount: what === 'gradients' ? (spreads[index]?.zeroGradientCount ?? 0) : 0,
      })),
    }
  }

  #forget(): void {
    this.#columns = new SpreadColumns(MOST_COLUMNS)
    this.#damagedCount = 0
    this.#bytesRead = 0
    this.#tail = Buffer.alloc(0)
  }
}

const sliceText = ({ layerIndex, partIndex }: { layerIndex: number | null; partIndex: number | null }): string =>
  layerIndex === null
    ? 'the readout'
    : partIndex === null
      ? `layer ${layerIndex}`
      : `layer ${layerIndex} part ${partIndex}`

function noSuch(what: string, runId: string, known: string, found: string): LabError {
  return new LabError('usage', `The run has no such ${what}.`, { where: runId, expected: `one of ${known}`, found })
}
