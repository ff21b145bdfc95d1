/** A page as axe-core sees it, in both themes: what it finds, in words that name the element. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** @param within a selector: only what stands there; null: the whole page */
export async function findAxeViolations(page: Page, within: string | null = null): Promise<string[]> {
  const builder = new AxeBuilder({ page }).withTags(STANDARDS)
  const { violations } = await (within === null ? builder : builder.include(within)).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}\n${failureSummary ?? ''}`),
  )
}
