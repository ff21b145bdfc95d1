/**
 * A run's events on one time axis: events enter in order, points of series and marks of phases leave. The axis counts optimiser
 * steps, those of warm-up (restarts included) before those of training. The same in main and in the renderer.
 */
import type { RunEvent } from './run.ts'
import type { SeriesPoint } from './series.ts'

export interface PhaseMark {
  readonly phase: 'warm-up' | 'training' | 'test'
  readonly position: number
}

type Values = (number | null)[]

export class Timeline {
  readonly phases: PhaseMark[] = []
  #warmupSteps = 0
  #lastPosition = 0

  /**
   * @param phases those already marked, to go on after them
   * @param lastPosition the latest one already seen
   */
  constructor(phases: readonly PhaseMark[] = [], lastPosition = 0) {
    this.phases.push(...phases)
    this.#warmupSteps = phases.find(({ phase }) => phase === 'training')?.position ?? lastPosition
    this.#lastPosition = lastPosition
  }

  /** Of the latest point or mark. */
  get lastPosition(): number {
    return this.#lastPosition
  }

  /** Where step `step` of a phase stands. */
  position(phase: 'warm-up' | 'training' | 'test', step: number): number {
    return phase === 'warm-up' ? step : this.#warmupSteps + step
  }

  /** @returns the points of this event, none for most kinds */
  push(event: RunEvent): SeriesPoint[] {
    const points = this.#read(event)
    for (const { position } of points) this.#lastPosition = Math.max(this.#lastPosition, position)
    return points
  }

  #read(event: RunEvent): SeriesPoint[] {
    switch (event.type) {
      case 'phase': {
        const position = this.position(event.phase, event.step)
        this.phases.push({ phase: event.phase, position })
        this.#lastPosition = Math.max(this.#lastPosition, position)
        return []
      }
      case 'warmup-step': {
        const position = event.step
        this.#warmupSteps = Math.max(this.#warmupSteps, position)
        return [
          { series: 'warmup-loss', position, values: event.loss },
          { series: 'warmup-vaa-star', position, values: event.vaaStar.map(meanOfKnown) },
          { series: 'convergence-steps', position, values: event.convergenceSteps },
        ]
      }
      case 'train-step': {
        const position = this.position('training', event.step)
        return [
          { series: 'loss', position, values: event.loss },
          { series: 'gradient-norm', position, values: event.gradientNorm },
          { series: 'learning-rate', position, values: event.learningRate },
        ]
      }
      case 'validation': {
        const position = this.position('training', event.step)
        const accuracy: SeriesPoint[] =
          event.accuracy === null ? [] : [{ series: 'validation-accuracy', position, values: event.accuracy }]
        return [{ series: 'validation-loss', position, values: event.loss }, ...accuracy]
      }
      case 'measure': {
        const position = this.position(event.phase, event.step)
        const points: SeriesPoint[] = []
        if (event.vaa) points.push({ series: 'vaa', position, values: event.vaa.map(readVaa) })
        if (event.vaaStar) points.push({ series: 'vaa-star', position, values: event.vaaStar.map(meanOfKnown) })
        return points
      }
      default:
        return []
    }
  }
}

/** Mean over the layers that have a value; JSON writes NaN as null. */
function meanOfKnown(layers: readonly (number | null)[] | null): Values[number] {
  const known = (layers ?? []).filter((value): value is number => value !== null && !Number.isNaN(value))
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** A measurement of VAA holds more than the value; a damaged one counts as none. */
function readVaa(measurement: unknown): Values[number] {
  if (typeof measurement !== 'object' || measurement === null || !('vaa' in measurement)) return null
  return typeof measurement.vaa === 'number' ? measurement.vaa : null
}
