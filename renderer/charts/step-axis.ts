/**
 * Steps as they are counted everywhere: within their phase, as the log, the progress, checkpoints and CSV files have them. On a chart's axis
 * the phases follow each other; marks of a run enter, marks of the axis leave, which name the steps of the phase that they stand in.
 */
import type { EChartsCoreOption } from 'echarts/core'
import { Timeline, type PhaseStep, type TimelineMarks } from '../../shared/runs/timeline.ts'
import { formatTick } from '../words/format.ts'
import type { ChartTokens } from './chart-tokens.ts'

export interface StepTick {
  readonly position: number
  /** Of its phase. */
  readonly step: number
}

/** What stands on an axis of positions. */
export interface StepsOfRun {
  readonly marks: TimelineMarks
  readonly lastPosition: number
}

export function phaseSteps({ marks, lastPosition }: StepsOfRun): (position: number) => PhaseStep {
  const timeline = new Timeline(marks, lastPosition)
  return (position) => timeline.stepAt(position)
}

/** Marks on the whole axis; more would stand too close. */
const MOST_TICKS = 7
/** Of the distance between two marks, what has to be free before the first step of training. */
const LEAST_GAP = 0.6
/** Between two marks of a logarithmic axis. */
const LEAST_RATIO = 1.6
/** Fewer marks of decades do not show a scale. */
const FEWEST_DECADES = 3

/** @returns null where positions are steps of their phase already: without a warm-up, or without a training yet */
export function stepTicks({ phases }: TimelineMarks, from: number, to: number, isLog: boolean): StepTick[] | null {
  const start = phases.find(({ phase }) => phase === 'training')?.position ?? 0
  if (start === 0) return null
  const decades = isLog ? decadeTicks(start, from, to) : []
  return decades.length >= FEWEST_DECADES ? decades : evenTicks(start, from, to)
}

/** @param start the last position of the warm-up, where training begins */
function evenTicks(start: number, from: number, to: number): StepTick[] {
  const unit = roundUnit((to - from) / MOST_TICKS)
  const ticks: StepTick[] = []
  for (
    let step = unit * Math.ceil(Math.max(0, from) / unit);
    step <= Math.min(to, start - LEAST_GAP * unit);
    step += unit
  )
    ticks.push({ position: step, step })
  for (let step = unit * Math.ceil(Math.max(0, from - start) / unit); start + step <= to; step += unit)
    ticks.push({ position: start + step, step })
  return ticks
}

function decadeTicks(start: number, from: number, to: number): StepTick[] {
  const decades = Array.from({ length: Math.max(1, Math.ceil(Math.log10(to + 1))) }, (_, power) => 10 ** power)
  const candidates: StepTick[] = [
    ...decades.filter((step) => step * LEAST_RATIO <= start).map((step) => ({ position: step, step })),
    { position: start, step: 0 },
    ...decades.map((step) => ({ position: start + step, step })),
  ]
  return candidates
    .filter(({ position }) => position >= from && position <= to)
    .reduce<StepTick[]>((kept, tick) => {
      const before = kept.at(-1)
      return before && tick.position < LEAST_RATIO * before.position ? kept : [...kept, tick]
    }, [])
}

/** The next of 1, 2, 5, 10, 20, …; steps are whole. */
function roundUnit(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)))
  return [1, 2, 5, 10].map((factor) => factor * power).find((unit) => unit >= least) ?? 1
}

/** Of an axis of positions: its marks, and what stands at them. */
export function stepAxis(
  { marks }: StepsOfRun,
  range: { readonly from: number; readonly to: number },
  isLog: boolean,
  tokens: ChartTokens,
): EChartsCoreOption {
  const ticks = stepTicks(marks, range.from, range.to, isLog)
  return ticks === null ? { axisLabel: { color: tokens.quiet, formatter: formatTick } } : tickAxis(ticks, tokens)
}

/** Of a step, as fine as places of marks are told apart. */
const FRACTION = 1000

/** Marks at places of their own. */
export function tickAxis(ticks: readonly StepTick[], tokens: ChartTokens): EChartsCoreOption {
  const customValues = ticks.map(({ position }) => position)
  const keyOf = (position: number): number => Math.round(position * FRACTION)
  const steps = new Map(ticks.map(({ position, step }) => [keyOf(position), step]))
  // The scale of a logarithm gives back what it was given but for rounding.
  const textOf = (value: number): string => formatTick(steps.get(keyOf(value)) ?? value)
  return {
    axisTick: { customValues },
    axisLabel: { color: tokens.quiet, hideOverlap: true, customValues, formatter: textOf },
  }
}
