/**
 * How far apart a network's layers go through time: a tuning enters, of an earlier engine or of earlier measurements, and how the chunks are found where it
 * gives none; they leave, and the tuning that gives them again. No bit depends on them.
 */
import type { Network } from '../../../networks/network.ts'
import { isSameChoice, type Tuning } from '../../tuning.ts'
import { partKey } from './choose-shapes.ts'

export interface ChosenChunks {
  /** null: layers go one after the other. */
  readonly chunkSteps: number | null
  readonly tuning: Tuning
}

/**
 * @param tuning chunks of it that may not be tried here, damaged ones among them, count as none
 * @param candidates what may be tried, one at least
 */
export async function chooseChunks(
  network: Network,
  tuning: Tuning,
  candidates: readonly (number | null)[],
  pick: (candidates: readonly (number | null)[]) => Promise<number | null>,
): Promise<ChosenChunks> {
  if (candidates.length === 1) return { chunkSteps: candidates[0]!, tuning: {} }
  const key = chunksKey(network)
  const known = candidates.find((candidate) => isSameChoice(candidate, tuning[key]))
  const chunkSteps = known === undefined ? await pick(candidates) : known
  return { chunkSteps, tuning: { [key]: chunkSteps } }
}

/** Of stacks that a device takes as long for. */
export const chunksKey = ({ wiredLayers }: Network): string =>
  ['chunks', ...wiredLayers.map(({ parts }) => parts.map(partKey).join(' + '))].join(' | ')
