/** Which axes of a sweep matter: rows enter; for each axis the share of the variance between runs that it explains alone, and its best value, leave. */
import { explainedShare } from '../statistics/explained-share.ts'
import { axisText, axisTexts, type SweepRow } from './sweep-table.ts'

export interface AxisEffect {
  readonly axis: string
  /** ε² of the runs' means; null where it cannot be told. */
  readonly share: number | null
  /** In the order of the sweep's file; of a drawn axis, in quarters from its least values to its greatest. */
  readonly levels: readonly AxisLevel[]
}

export interface AxisLevel {
  /** A value of the axis, or the ends of a quarter. */
  readonly values: readonly [string] | readonly [least: string, greatest: string]
  readonly runCount: number
  /** Of the runs' means. */
  readonly mean: number
}

const QUARTERS = 4

/**
 * The strongest first; axes that cannot be judged last.
 * @param drawnAxes those whose values were drawn from a range
 * @param isLog takes the logarithms of results, which must be above 0
 */
export function axisEffects(
  rows: readonly SweepRow[],
  axes: readonly string[],
  drawnAxes: readonly string[],
  isLog: boolean,
): AxisEffect[] {
  const finished = rows.filter(({ summary }) => summary !== null)
  return axes
    .map((axis): AxisEffect => {
      const groups = drawnAxes.includes(axis) ? quartersOf(finished, axis) : levelsOf(finished, axis)
      const means = groups.map((group) => group.rows.map(({ summary }) => summary!.mean))
      return {
        axis,
        share: explainedShare(isLog ? means.map((values) => values.map(Math.log)) : means),
        levels: groups.map(({ values }, i) => ({
          values,
          runCount: means[i]!.length,
          mean: means[i]!.reduce((sum, mean) => sum + mean, 0) / means[i]!.length,
        })),
      }
    })
    .sort((a, b) => (b.share ?? -1) - (a.share ?? -1))
}

interface Level {
  readonly values: AxisLevel['values']
  readonly rows: readonly SweepRow[]
}

function levelsOf(rows: readonly SweepRow[], axis: string): Level[] {
  return axisTexts(rows, axis).map((text) => ({
    values: [text],
    rows: rows.filter((row) => axisText(row, axis) === text),
  }))
}

/** As equal as rows divide; rows of one value stay together. */
function quartersOf(rows: readonly SweepRow[], axis: string): Level[] {
  const sorted = [...rows].sort((a, b) => Number(a.values[axis]) - Number(b.values[axis]))
  const quarters = new Map<number, SweepRow[]>()
  let quarter = 0
  sorted.forEach((row, index) => {
    if (index === 0 || row.values[axis] !== sorted[index - 1]!.values[axis])
      quarter = Math.floor((index * QUARTERS) / sorted.length)
    quarters.set(quarter, [...(quarters.get(quarter) ?? []), row])
  })
  return [...quarters.values()].map((group) => ({
    values: [axisText(group[0]!, axis), axisText(group.at(-1)!, axis)],
    rows: group,
  }))
}
