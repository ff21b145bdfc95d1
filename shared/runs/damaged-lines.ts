/** Lines of `metrics.jsonl` that cannot be read: what each stretch of the file lacks enters in order, one account of the whole leaves. */

export interface DamagedLines {
  readonly count: number
  /** Where the first one is, from 1 on. */
  readonly firstLine: number
  /** Where that line begins, from 0 on. */
  readonly firstByte: number
}

/**
 * @param known of the file before a stretch
 * @param stretch its lines are counted from its own beginning, its bytes from that of the file
 * @param linesBefore lines of the file before the stretch
 */
export function addDamage(
  known: DamagedLines | null,
  stretch: DamagedLines | null,
  linesBefore: number,
): DamagedLines | null {
  if (stretch === null) return known
  if (known === null) return { ...stretch, firstLine: linesBefore + stretch.firstLine }
  return { ...known, count: known.count + stretch.count }
}
