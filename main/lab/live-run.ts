/**
 * A run that is being trained: the host's events enter, its series grow, and its progress (rate, time left, memory, load) leaves. Events
 * that come while the earlier part is still read from the file wait for it.
 */
import type { RunEvent, RunRecord } from '../../shared/runs/run.ts'
import type { RunProgress } from '../../shared/protocol/run-progress.ts'
import type { EngineOptions } from '../engine/engine-options.ts'
import { CpuMeter } from './cpu-meter.ts'
import { GpuMeter } from './gpu-meter.ts'
import { RunSeries } from './run-series.ts'
import type { LearningPhase } from '../../shared/experiments/phases.ts'

/** The rate is that of this last stretch of time. */
const RATE_WINDOW_MS = 8000
const SHORTEST_STRETCH_MS = 300

/** Numbers that change more often cannot be read, and each change makes a window draw. */
const TELL_EVERY_MS = 200

interface Sample {
  readonly timeMs: number
  readonly step: number
}

export class LiveRun {
  readonly record: RunRecord
  readonly series: RunSeries
  /** Resolves once the earlier part is read; rejects when it is damaged. */
  readonly loaded: Promise<void>
  asked: RunProgress['asked'] = null
  /** The graphics processor that it is trained on; null: none, or not known yet. */
  device: string | null
  readonly #trainingSteps: number | null
  readonly #publish: (firstIndex: number, events: readonly RunEvent[]) => void
  readonly #cpu: CpuMeter
  readonly #gpu = new GpuMeter()
  #waiting: RunEvent[] | null = []
  #phase: RunProgress['phase'] = 'preparing'
  #step = 0
  #samples: Sample[] = []
  #toldMs = -Infinity
  #toldPhase: RunProgress['phase'] = 'preparing'

  /**
   * @param keptMetricsBytes the part of the metrics file that stays
   * @param publish called with events in order, once the earlier part is read
   */
  constructor(
    record: RunRecord,
    engine: EngineOptions,
    folder: string,
    keptMetricsBytes: number,
    trainingSteps: number | null,
    publish: (firstIndex: number, events: readonly RunEvent[]) => void,
  ) {
    this.record = record
    this.device = record.engines.at(-1)?.device ?? null
    this.series = new RunSeries(record.id, folder, record.config.seeds.length)
    this.#cpu = new CpuMeter(engine.threads)
    this.#trainingSteps = trainingSteps
    this.#publish = publish
    this.loaded = this.series.readFile(keptMetricsBytes).finally(() => {
      const waiting = this.#waiting ?? []
      this.#waiting = null
      if (waiting.length > 0) this.#take(waiting)
    })
  }

  push(events: readonly RunEvent[]): void {
    for (const event of events) this.#follow(event)
    if (this.#waiting) for (const event of events) this.#waiting.push(event)
    else this.#take(events)
  }

  /** Whether the windows should be told how far it is: a few times a second, and of every phase at once. Asking counts as telling. */
  isProgressDue(): boolean {
    const nowMs = performance.now()
    if (this.#phase === this.#toldPhase && nowMs - this.#toldMs < TELL_EVERY_MS) return false
    this.#toldMs = nowMs
    this.#toldPhase = this.#phase
    return true
  }

  progress(): RunProgress {
    const { config, id } = this.record
    const totalSteps =
      this.#phase === 'warm-up' ? config.warmup.steps : this.#phase === 'training' ? this.#trainingSteps : null
    const rate = this.#rate()
    const batch = this.#phase === 'warm-up' ? config.warmup.batch : config.training.batch
    return {
      runId: id,
      phase: this.#phase,
      step: this.#step,
      // A warm-up that begins anew counts on: then so many steps more.
      totalSteps: totalSteps === null ? null : totalSteps * Math.max(1, Math.ceil(this.#step / totalSteps)),
      stepsPerSecond: rate,
      sequencesPerSecond: rate === null ? null : rate * batch * config.seeds.length,
      remainingMs: rate === null || totalSteps === null ? null : (Math.max(0, totalSteps - this.#step) / rate) * 1000,
      memoryBytes: process.memoryUsage().rss,
      load: { ...this.#cpu.read(), gpu: this.#gpu.read(this.device) },
      asked: this.asked,
    }
  }

  #take(events: readonly RunEvent[]): void {
    const firstIndex = this.series.eventCount
    this.series.push(events)
    this.#publish(firstIndex, events)
  }

  #follow(event: RunEvent): void {
    if (event.type === 'phase') this.#enter(event.phase, event.step)
    if (event.type === 'warmup-step') this.#advance('warm-up', event.step)
    if (event.type === 'train-step') this.#advance('training', event.step)
  }

  #enter(phase: RunProgress['phase'], step: number): void {
    this.#phase = phase
    this.#step = step
    this.#samples = []
  }

  #advance(phase: LearningPhase, step: number): void {
    if (this.#phase !== phase) this.#enter(phase, step) // a resumed run tells no phase
    this.#step = step
    const timeMs = performance.now()
    this.#samples.push({ timeMs, step })
    while (this.#samples.length > 2 && timeMs - this.#samples[1]!.timeMs > RATE_WINDOW_MS) this.#samples.shift()
  }

  /** Steps a second; null until there is something to measure. */
  #rate(): number | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.timeMs - first.timeMs < SHORTEST_STRETCH_MS) return null
    return ((last.step - first.step) / (last.timeMs - first.timeMs)) * 1000
  }
}
