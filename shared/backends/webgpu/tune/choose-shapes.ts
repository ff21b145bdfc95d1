/**
 * The shapes of a network's parts: a tuning enters, of an earlier engine or of earlier measurements, and how a shape is found where it gives none; the
 * shapes leave, and the tuning that gives them again. Another shape may be taken on any device, but sums in another order and has other bits.
 */
import type { Part } from '../../../networks/network.ts'
import { isSameChoice, type Tuning } from '../../tuning.ts'
import type { RecurrenceShape } from '../wgsl/recurrence-plan.ts'

export interface ChosenShapes {
  readonly shapes: ReadonlyMap<Part, RecurrenceShape>
  readonly tuning: Tuning
}

/**
 * @param tuning a shape of it that may not be tried here, damaged ones among them, counts as none
 * @param shapesOf what may be tried of a part, one at least
 */
export async function chooseShapes(
  parts: readonly Part[],
  tuning: Tuning,
  shapesOf: (part: Part) => readonly RecurrenceShape[],
  pick: (part: Part, shapes: readonly RecurrenceShape[]) => Promise<RecurrenceShape>,
): Promise<ChosenShapes> {
  const shapes = new Map<Part, RecurrenceShape>()
  const chosen = new Map<string, RecurrenceShape>()
  for (const part of parts) {
    const key = shapeKey(part)
    const candidates = shapesOf(part)
    const shape =
      chosen.get(key) ??
      candidates.find((candidate) => isSameChoice(candidate, tuning[key])) ??
      (candidates.length === 1 ? candidates[0]! : await pick(part, candidates))
    shapes.set(part, shape)
    chosen.set(key, shape)
  }
  return { shapes, tuning: Object.fromEntries(chosen) }
}

export const shapeKey = (part: Part): string => `shape / ${partKey(part)}`

/** Of parts that a device takes as long for. */
export const partKey = ({ cell, units, inputSize }: Part): string =>
  [cell.name, cell.forward.ir.nodes.length, units, inputSize].join(' / ')
