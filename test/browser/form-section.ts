/** What a design's form has folded away, opened as its user does: a section such as Measures, or a group in one such as Curriculum. */
import type { Locator, Page } from 'playwright'

/** @param section where groups of several sections have one name, that of the section */
export function sectionToggle(page: Page, title: string, section?: string): Locator {
  const place = section === undefined ? page : page.getByRole('group', { name: section, exact: true })
  return place.getByRole('button', { name: title, exact: true })
}

/** Nothing where it is open. */
export async function openSection(page: Page, title: string, section?: string): Promise<void> {
  const toggle = sectionToggle(page, title, section)
  if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click()
}
