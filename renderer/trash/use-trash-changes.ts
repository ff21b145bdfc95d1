/**
 * What is done to entries of the trash, one or thousands: their keys enter and go to the lab piece by piece, so that it can be told how far
 * that is; what failed is told. Nothing is erased that was not asked about, with its count and size.
 */
import { readonly, ref, shallowRef } from 'vue'
import { readTrashKey, type TrashDone, type TrashKey, type TrashSum } from '../../shared/protocol/trash.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useCommand } from '../composables/use-command.ts'
import { useTrashSelection } from './use-trash-selection.ts'

export interface EraseQuestion {
  readonly keys: readonly TrashKey[]
  /** With the runs that go with a sweep. */
  readonly sum: TrashSum
  readonly isAll: boolean
}

export interface TrashWork {
  readonly kind: 'restore' | 'erase'
  readonly doneCount: number
  readonly count: number
}

/** What has come to pass last. */
export interface TrashOutcome {
  readonly kind: 'restore' | 'erase' | 'gone'
  readonly runCount: number
  readonly sweepCount: number
}

const PIECE = 100
const MOST_TOLD = 3

export function useTrashChanges() {
  const lab = useLabStore()
  const selection = useTrashSelection()
  const { send } = useCommand()
  const question = shallowRef<EraseQuestion | null>(null)
  const work = shallowRef<TrashWork | null>(null)
  const outcome = shallowRef<TrashOutcome | null>(null)
  const isAsking = ref(false)

  /** What another window or process has taken out of the trash is chosen no more. */
  async function forgetGone(): Promise<void> {
    const answer = await send('trash.ids', {})
    if (answer === null) return
    const there = new Set(answer.result)
    selection.set(
      selection.ids.value.filter((key) => !there.has(key)),
      false,
    )
  }

  async function carryOut(kind: 'restore' | 'erase', keys: readonly TrashKey[]): Promise<void> {
    if (work.value !== null || keys.length === 0) return
    const done = new Set<TrashKey>()
    const failed = new Map<TrashKey, TrashDone['failed'][number]['error']>()
    outcome.value = null
    for (let start = 0; start < keys.length; start += PIECE) {
      work.value = { kind, doneCount: start, count: keys.length }
      // Runs that a sweep has taken along are done with.
      const piece = keys.slice(start, start + PIECE).filter((key) => !done.has(key) && !failed.has(key))
      if (piece.length === 0) continue
      const answer = await send(kind === 'restore' ? 'trash.restore' : 'trash.erase', { keys: piece })
      if (answer === null) break // told
      for (const key of answer.result.keys) done.add(key)
      for (const { key, error } of answer.result.failed) failed.set(key, error)
    }
    work.value = null
    selection.set([...done], false)
    if (done.size < keys.length) await forgetGone()
    for (const [key, error] of [...failed].slice(0, MOST_TOLD)) lab.addNotice(readTrashKey(key).id, error)
    const runCount = [...done].filter((key) => readTrashKey(key).kind === 'run').length
    if (done.size > 0) outcome.value = { kind, runCount, sweepCount: done.size - runCount }
  }

  return {
    /** How much would be erased, and whether it shall be; null: nothing is asked. */
    question: readonly(question),
    /** What is being done, and how far it is. */
    work: readonly(work),
    outcome: readonly(outcome),
    /** While the lab counts what would be erased. */
    isAsking: readonly(isAsking),
    restore: (keys: readonly TrashKey[]): Promise<void> => carryOut('restore', keys),
    /** @param isAll the whole trash is meant */
    async askToErase(keys: readonly TrashKey[], isAll = false): Promise<void> {
      if (keys.length === 0 || work.value !== null) return
      isAsking.value = true
      const answer = await send('trash.sum', { keys: [...keys] })
      isAsking.value = false
      if (answer === null) return
      const { runCount, sweepCount } = answer.result
      if (runCount + sweepCount > 0) question.value = { keys, sum: answer.result, isAll }
      else {
        selection.set(keys, false)
        outcome.value = { kind: 'gone', runCount, sweepCount }
      }
    },
    keep: (): void => void (question.value = null),
    async erase(): Promise<void> {
      const keys = question.value?.keys ?? []
      question.value = null
      await carryOut('erase', keys)
    },
    dismiss: (): void => void (outcome.value = null),
  }
}
