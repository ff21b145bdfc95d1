/**
 * What the command palette offers, and in which order: entries and the words that were typed enter, the entries that hold all of them leave, those
 * that begin with them first.
 */

export interface PaletteItem {
  readonly id: string
  /** What kind of thing it is, in the user's words. */
  readonly kind: string
  readonly label: string
  /** Shown beside, and searched, too. */
  readonly detail: string
  readonly act: () => void
}

const MOST_SHOWN = 60

export function matchItems(items: readonly PaletteItem[], typed: string): PaletteItem[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const ranked = items.flatMap((item, index) => {
    const label = item.label.toLowerCase()
    const text = `${item.kind} ${label} ${item.detail}`.toLowerCase()
    if (!words.every((word) => text.includes(word))) return []
    // Words that begin the label, then those that begin a word of it, then any others.
    const rank = words.reduce(
      (sum, word) => sum + (label.startsWith(word) ? 0 : label.includes(` ${word}`) ? 1 : label.includes(word) ? 2 : 3),
      0,
    )
    return [{ item, rank, index }]
  })
  return ranked
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, MOST_SHOWN)
    .map(({ item }) => item)
}
