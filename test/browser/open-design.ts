/** Opens a configuration as the design, from a file as a user does it with the keyboard. */
import type { FileChooser, Page } from 'playwright'

/** A Chromium that has waited for a lab to be built now and then swallows the first chooser of its first page. */
const ATTEMPTS = 3
const CHOOSER_MS = 5000

export async function openDesign(page: Page, config: { readonly name: string }): Promise<void> {
  await page.getByRole('button', { name: 'Start' }).waitFor()
  const file = { name: 'design.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(config)) }
  let chooser: FileChooser | null = null
  for (let attempt = 1; chooser === null; attempt++) {
    const waiting = page.waitForEvent('filechooser', { timeout: CHOOSER_MS })
    await page.keyboard.press('Control+O')
    chooser = await waiting.catch((error: unknown) => {
      if (attempt === ATTEMPTS) throw error
      return null
    })
  }
  await chooser.setFiles(file)
  await page.getByRole('heading', { name: config.name }).waitFor()
}
