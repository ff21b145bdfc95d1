/**
 * Second part of `npm run pictures`, or `npm run pictures:screens`: the README's pictures of the screens. A lab of its own is served, Chromium opens the quick preset as its design,
 * waits until its time is measured, trains it to its end, compares its strategies, and keeps what is seen then. Nothing is drawn by hand, and its
 * results have to be those of the terminal's run.
 */
import { statSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { launchChromium, serveLab } from '../browser/served-lab.ts'
import { keepNumbers, readRecorded, readStrategies } from './recorded.ts'

const SIZE = { width: 1280, height: 800 }
/** Of one picture; the repository keeps them. */
const LARGEST_PNG = 250_000
const MEASURE_MS = 60_000
const TRAIN_MS = 600_000

async function keep(page: Page, name: string): Promise<void> {
  const file = path.join(import.meta.dirname, `${name}.png`)
  await page.mouse.move(0, 0)
  await page.screenshot({ path: file })
  const { size } = statSync(file)
  if (size > LARGEST_PNG) throw new Error(`${file}: ${size} bytes are too many for the README (${LARGEST_PNG})`)
  process.stdout.write(`${path.relative(process.cwd(), file)} ${size}\n`)
}

const [lab, browser] = await Promise.all([serveLab(), launchChromium()])
try {
  const context = await browser.newContext({ viewport: SIZE, reducedMotion: 'reduce', colorScheme: 'light' })
  const page = await context.newPage()
  await page.goto(lab.address)
  await page.getByRole('button', { name: /^quick/ }).click()
  const estimate = page.getByText(/ in all\./)
  await estimate.waitFor({ timeout: MEASURE_MS })
  keepNumbers({ estimate: /((?:\d+ (?:h|min|s) ?)+)in all/.exec(await estimate.innerText())![1]!.trim() })
  await page.getByRole('heading', { name: 'Network', exact: true }).scrollIntoViewIfNeeded()
  await keep(page, 'design')

  await page.getByRole('button', { name: 'Start' }).click()
  // Its three strategies are trained one after the other; the last one is the double layer.
  const runs = page.locator('a[href^="/runs/"]')
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('.list a[href^="/runs/"]')].filter((run) => /Finished/.test(run.textContent))
        .length === 3,
    null,
    { timeout: TRAIN_MS },
  )
  const [terminal, screens] = [readRecorded().strategies, readStrategies(lab.home).strategies]
  if (JSON.stringify(screens) !== JSON.stringify(terminal))
    throw new Error(
      `the screens' runs came to ${JSON.stringify(screens)}, the terminal's to ${JSON.stringify(terminal)}: run \`npm run pictures\` for both`,
    )
  await runs.filter({ hasText: 'Double layer' }).first().click()
  await page.getByRole('slider', { name: 'Smoothing' }).fill('0.9')
  await page.getByLabel('Log loss').check()
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.waitForTimeout(1000)
  await keep(page, 'run')

  await page.emulateMedia({ colorScheme: 'light' })
  await page.getByRole('link', { name: 'Compare' }).last().click()
  const bars = page.locator('section.figure', { hasText: 'Test mse' })
  await bars.locator('canvas').waitFor()
  await bars.getByLabel('Log').check()
  await page.waitForTimeout(1000)
  await keep(page, 'compare')
} finally {
  await browser.close()
  await lab.close()
}
