/**
 * Every series of one run in memory: its events enter, from the file or live, and ranges of its series leave in buckets, with what the file
 * holds of damaged lines. How many events it knows is what lets a window join a range and the live events without a gap.
 */
import { addDamage, type DamagedLines } from '../../shared/runs/damaged-lines.ts'
import {
  decimate,
  SeriesColumns,
  sliceSeries,
  splitSeriesName,
  type SeriesName,
  type SeriesPoint,
  type SeriesSlice,
  type SlicedSeries,
} from '../../shared/runs/series.ts'
import { Timeline } from '../../shared/runs/timeline.ts'
import type { RunEvent } from '../../shared/runs/run.ts'
import type { CheckedPayload } from '../../shared/protocol/commands.ts'
import type { MeasuredSlice, MetricsChange, RunMeasures, RunMetrics } from '../../shared/protocol/views.ts'
import { readColumns } from '../store/columns-file.ts'
import { readMetricsPieces, statMetrics } from '../store/metrics-file.ts'
import { describeDamage } from './run-damage.ts'

export class RunSeries {
  readonly #runId: string
  readonly #folder: string
  readonly #seedCount: number
  #timeline = new Timeline()
  #columns = new Map<SeriesName, SeriesColumns>()
  #eventCount = 0
  #damaged: DamagedLines | null = null
  #bytesRead = 0
  #inode = 0

  constructor(runId: string, folder: string, seedCount: number) {
    this.#runId = runId
    this.#folder = folder
    this.#seedCount = seedCount
  }

  get eventCount(): number {
    return this.#eventCount
  }

  push(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.#eventCount++
      for (const { series, position, values } of this.#timeline.push(event))
        this.#columnsOf(series).push(position, values)
    }
  }

  /** Reads what the file has more than was read; all of it again when it has become shorter. */
  async readFile(toByte = Infinity): Promise<void> {
    const { sizeBytes, inode } = await statMetrics(this.#folder)
    if (sizeBytes < this.#bytesRead || inode !== this.#inode) this.#forget()
    this.#inode = inode
    if (this.#bytesRead === 0) await this.#readColumns(Math.min(toByte, sizeBytes))
    for await (const { events, damaged, endByte } of readMetricsPieces(
      this.#folder,
      this.#bytesRead,
      Math.min(toByte, sizeBytes),
    )) {
      this.#noteDamage(damaged)
      this.push(events)
      this.#bytesRead = endByte
    }
  }

  /** Long metrics stand in columns already, up to near their end. */
  async #readColumns(mostBytes: number): Promise<void> {
    for await (const block of readColumns(this.#folder, this.#seedCount, mostBytes)) {
      for (const { name, positions, values } of block.series) this.#columnsOf(name).pushColumns(positions, values)
      this.#timeline = new Timeline(block.marks, block.lastPosition)
      this.#noteDamage(block.damaged)
      this.#eventCount += block.eventCount
      this.#bytesRead = block.toByte
    }
  }

  /** Of the stretch that follows: each line before it was an event, or damaged. */
  #noteDamage(stretch: DamagedLines | null): void {
    this.#damaged = addDamage(this.#damaged, stretch, this.#eventCount + (this.#damaged?.count ?? 0))
  }

  #columnsOf(name: SeriesName): SeriesColumns {
    let columns = this.#columns.get(name)
    if (columns === undefined) this.#columns.set(name, (columns = new SeriesColumns(this.#seedCount)))
    return columns
  }

  /** What stands on the axis of positions, as far as the run is. */
  timeAxis(): Pick<RunMetrics, 'marks' | 'lastPosition'> {
    return { marks: this.#timeline.marks(), lastPosition: this.#timeline.lastPosition }
  }

  /**
   * A range of some series, smoothed where that is asked for; those that the run has not are left out.
   * @param change what has become of the file since the run ended or was paused
   */
  metrics({ series, ...range }: CheckedPayload<'run.metrics'>, change: MetricsChange | null): RunMetrics {
    return {
      runId: this.#runId,
      eventCount: this.#eventCount,
      lastPosition: this.#timeline.lastPosition,
      marks: this.#timeline.marks(),
      names: [...this.#columns.keys()],
      damaged: describeDamage(this.#folder, this.#damaged, change),
      smoothing: range.smoothing,
      series: series.flatMap((name) => {
        const columns = this.#columns.get(name)
        return columns === undefined ? [] : [decimate(name, columns, range)]
      }),
      latest: this.#latest(),
    }
  }

  #latest(): SeriesPoint[] {
    return [...this.#columns].flatMap(([series, columns]) => {
      const position = columns.positions.at(-1)
      if (position === undefined || splitSeriesName(series).layerIndex !== null) return []
      return [{ series, position, values: this.#lastValues(columns) }]
    })
  }

  /** Of every seed; null where it has none. */
  #lastValues(columns: SeriesColumns | undefined): (number | null)[] {
    return Array.from({ length: this.#seedCount }, (_, r) => {
      const value = columns?.values(r).at(-1) ?? Number.NaN
      return Number.isNaN(value) ? null : value
    })
  }

  /** The last measurement of every slice that has one. */
  measures(): RunMeasures {
    const slices = [...this.#columns.keys()]
      .map(splitSeriesName)
      .filter(({ base }) => base === 'vaa' || base === 'vaa-star')
      .map(({ layerIndex, partIndex }): SeriesSlice => ({ layerIndex, partIndex }))
    const distinct = [...new Map(slices.map((slice) => [JSON.stringify(slice), slice])).values()]
    const rank = ({ layerIndex, partIndex }: SeriesSlice): number =>
      (layerIndex === null ? 0 : partIndex === null ? 1000 : 1_000_000) + 1000 * (layerIndex ?? 0) + (partIndex ?? 0)
    const position = (this.#columns.get('vaa') ?? this.#columns.get('vaa-star'))?.positions.at(-1)
    return {
      runId: this.#runId,
      at: position === undefined ? null : this.#timeline.stepAt(position),
      slices: distinct.sort((a, b) => rank(a) - rank(b)).map((slice) => this.#measured(slice)),
    }
  }

  #measured(slice: SeriesSlice): MeasuredSlice {
    const last = (base: SlicedSeries): (number | null)[] =>
      this.#lastValues(this.#columns.get(sliceSeries(base, slice)))
    const { positions } = this.#columns.get(sliceSeries('vaa', slice)) ?? {}
    /** Ends stand where VAA was no point, which may not have been the last time. */
    const lastEnd = (base: 'vaa-low' | 'vaa-high'): (number | null)[] => {
      const at = this.#columns.get(sliceSeries(base, slice))?.positions.at(-1)
      return at !== undefined && at === positions?.at(-1)
        ? last(base)
        : Array.from({ length: this.#seedCount }, () => null)
    }
    return {
      ...slice,
      vaa: last('vaa'),
      vaaLow: lastEnd('vaa-low'),
      vaaHigh: lastEnd('vaa-high'),
      vaaStar: last('vaa-star'),
      residualMedian: last('vaa-residual-median'),
      residualMax: last('vaa-residual-max'),
      fixedCount: last('vaa-fixed'),
      periodicCount: last('vaa-periodic'),
      unconvergedCount: last('vaa-unconverged'),
    }
  }

  #forget(): void {
    this.#timeline = new Timeline()
    this.#columns = new Map()
    this.#eventCount = 0
    this.#damaged = null
    this.#bytesRead = 0
  }
}
