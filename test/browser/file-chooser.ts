/**
 * Files given to a page that asks for one. Playwright stops a file chooser only once it has told the browser to, which it does beside
 * the test; a key that is pressed at once can be faster, and the chooser is never heard of. So the page is told before it goes anywhere.
 */
import type { Page } from 'playwright'

/** What a file input is given: a path, or a name with its bytes. */
export type GivenFile = string | { readonly name: string; readonly bytes: Buffer }

const stopped = new WeakSet<Page>()

/** Before the page's first address. */
export function stopFileChoosers(page: Page): void {
  page.on('filechooser', () => undefined)
  stopped.add(page)
}

/** @param ask what makes the page ask for a file */
export async function giveFile(page: Page, file: GivenFile, ask: () => Promise<unknown>): Promise<void> {
  if (!stopped.has(page)) throw new Error('stopFileChoosers comes before the first address')
  const chooser = page.waitForEvent('filechooser')
  await ask()
  await (
    await chooser
  ).setFiles(
    typeof file === 'string' ? file : { name: file.name, mimeType: 'application/octet-stream', buffer: file.bytes },
  )
}

/** Opens a configuration as the design, by its shortcut. @returns once it is on the table */
export async function openDesign(page: Page, config: { readonly name: string }): Promise<void> {
  await page.getByRole('button', { name: 'Start' }).waitFor()
  const file = { name: `${config.name}.json`, bytes: Buffer.from(JSON.stringify(config)) }
  await giveFile(page, file, () => page.keyboard.press('Control+O'))
  await page.getByRole('heading', { name: config.name }).waitFor()
}
