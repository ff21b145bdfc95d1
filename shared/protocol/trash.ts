/**
 * The lab's trash as windows see it: what lies in it, a key for each deleted run and sweep, and what can be asked of it, as schemas. Answers
 * come in windows, as those of run-query.ts do.
 */
import { z } from 'zod'
import type { Strategy } from '../experiments/config.ts'
import { MOST_RUN_IDS } from './run-query.ts'
import type { RunState } from '../runs/run-state.ts'
import type { WireError } from '../errors/wire-error.ts'

export type TrashKind = 'run' | 'sweep'

/** A run and a sweep may have one id. */
export type TrashKey = `${TrashKind}:${string}`

export const trashKey = (kind: TrashKind, id: string): TrashKey => `${kind}:${id}`

export function readTrashKey(key: TrashKey): { readonly kind: TrashKind; readonly id: string } {
  const colon = key.indexOf(':')
  return { kind: key.slice(0, colon) as TrashKind, id: key.slice(colon + 1) }
}

/** A message has an end. */
const MOST_COUNTED_KEYS = 50_000

const keySchema = z
  .string()
  .max(220)
  .regex(/^(run|sweep):.+$/, 'Not an entry of the trash') as unknown as z.ZodType<TrashKey, TrashKey>

/** Some entries, at most as many as a command takes of runs. */
export const trashKeysSchema = z.strictObject({ keys: z.array(keySchema).min(1).max(MOST_RUN_IDS) })

/** Many more, where nothing is done to them. */
export const manyTrashKeysSchema = z.strictObject({ keys: z.array(keySchema).min(1).max(MOST_COUNTED_KEYS) })

/** Every word stands somewhere in its id, name, strategy, network, dataset, or the name of the sweep that it went with. */
const text = z.string().max(200).default('')
const offset = z.number().int().min(0).default(0)

export const trashQuerySchema = z.strictObject({ text, offset, count: z.number().int().min(1).max(500) })

export const trashIdsQuerySchema = z.strictObject({
  text,
  /** Rows from `offset` on; null: all. */
  range: z
    .strictObject({ offset, count: z.number().int().min(1) })
    .nullable()
    .default(null),
})

/** A deleted run or sweep. */
export interface TrashEntry {
  readonly key: TrashKey
  readonly kind: TrashKind
  readonly id: string
  /** Its id where its record cannot be read. */
  readonly name: string
  /** Null for a sweep and for a damaged run; so is the strategy. */
  readonly groupId: string | null
  readonly strategy: Strategy | null
  /** As in the table of runs; empty for a sweep and for a damaged run. */
  readonly network: string
  readonly dataset: string
  /** Null for a sweep. */
  readonly state: RunState | null
  /** The deleted sweep that a run went with; null: it was deleted by itself. */
  readonly sweepName: string | null
  /** Runs that went with a sweep and lie here: they come back with it, and are erased with it. Null for a run. */
  readonly runCount: number | null
  readonly deletedAt: string
  /** Whether the lab wrote the time down; otherwise it is that of the folder's last move. */
  readonly isTimeNoted: boolean
  /** What it takes on the disk; a sweep without its runs. */
  readonly bytes: number
  /** What is wrong with its record; it can be restored or erased all the same. */
  readonly error: WireError | null
}

/** Newest deletion first. */
export interface TrashPage {
  readonly totalCount: number
  readonly offset: number
  readonly entries: readonly TrashEntry[]
}

/** How much is in the trash, or in a part of it. */
export interface TrashSum {
  readonly runCount: number
  readonly sweepCount: number
  readonly bytes: number
}

export interface TrashState extends TrashSum {
  /** While it is read: how many entries of how many; null when all of it is known. */
  readonly reading: { readonly doneCount: number; readonly entryCount: number } | null
}

/** What a command came to that is carried out entry by entry. */
export interface TrashDone {
  /** Runs that came or went with a sweep among them. */
  readonly keys: readonly TrashKey[]
  readonly failed: readonly { readonly key: TrashKey; readonly error: WireError }[]
}
