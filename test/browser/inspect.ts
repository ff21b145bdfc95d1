/**
 * A view as everybody may see it: in both themes and at two sizes, looked at by axe, without anything wider than the window, and kept as
 * pictures under dist/screens, which CI keeps.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { expect } from 'vitest'
import { findAxeViolations } from './axe.ts'

const SCREENS = path.join(import.meta.dirname, '..', '..', 'dist', 'screens')
export const SIZES = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
] as const

export const themeOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.documentElement.dataset.theme)

/** @param within a selector: what axe looks at; null: the whole page */
export async function inspectView(page: Page, name: string, within: string | null = null): Promise<void> {
  mkdirSync(SCREENS, { recursive: true })
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await expect.poll(() => themeOf(page)).toBe(theme)
    expect(await findAxeViolations(page, within), `${name}, ${theme}`).toEqual([])
    for (const size of SIZES) {
      await page.setViewportSize(size)
      const overflow = await page.evaluate(() => ({
        x: document.documentElement.scrollWidth - window.innerWidth,
        y: document.documentElement.scrollHeight - window.innerHeight,
      }))
      expect(overflow, `${name} at ${size.width}x${size.height}`).toEqual({ x: 0, y: 0 })
      await page.screenshot({ path: path.join(SCREENS, `${name}-${theme}-${size.width}x${size.height}.png`) })
    }
    await page.setViewportSize(SIZES[0])
  }
  await page.emulateMedia({ colorScheme: null })
}
