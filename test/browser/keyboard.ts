/** The lab with keys alone: how a test reaches a control as somebody without a mouse does, by Tab, and fills it. */
import type { Locator, Page } from 'playwright'

const MOST_TABS = 300

const hasFocus = (locator: Locator): Promise<boolean> =>
  locator.evaluateAll((elements) => elements.some((element) => element === document.activeElement))

/** @param key `Shift+Tab` to go back */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let count = 0; count < MOST_TABS; count++) {
    if (await hasFocus(target)) return
    await page.keyboard.press(key)
  }
  throw new Error(`${MOST_TABS} times ${key} do not lead to ${String(target)}`)
}

/** Into a text or number. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(text)
}

/** An option of a list, by its first letters. */
export async function chooseIn(page: Page, target: Locator, letters: string): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.type(letters)
}
