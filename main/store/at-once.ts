/** Many things done a few at a time: a process may not open as many files as there can be runs, and others want the disk, too. */

/** @throws what one of them has thrown; no more are begun then */
export async function forEachAtOnce<Item>(
  items: Iterable<Item>,
  mostAtOnce: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  let hasFailed = false
  const work = async (): Promise<void> => {
    for (let next = rest.next(); !hasFailed && next.done !== true; next = rest.next())
      try {
        await act(next.value)
      } catch (error) {
        hasFailed = true
        throw error
      }
  }
  await Promise.all(Array.from({ length: mostAtOnce }, work))
}
