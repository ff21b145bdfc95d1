/** From nothing to a window that can be used: Electron from the start of its process, a served page from its address. */
import { launchChromium, serveLab } from '../../browser/served-lab.ts'
import { startDesktop } from '../../desktop/electron-lab.ts'

/** Usable: the design is there and its networks have been counted, so that Start can be pressed. */
const USABLE = 'button.primary:enabled'

/** @returns ms of each start; Playwright's own work is in it */
export async function measureDesktopStarts(program: string, rounds: number): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const desktop = await startDesktop(program)
    await desktop.page.locator(USABLE).waitFor()
    times.push(performance.now() - desktop.launchedAtMs)
    await desktop.close()
  }
  return times
}

/** @returns ms from the address to the usable page, each time with an empty cache */
export async function measurePageStarts(rounds: number): Promise<number[]> {
  const [lab, browser] = await Promise.all([serveLab(), launchChromium()])
  const times: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      const context = await browser.newContext()
      const page = await context.newPage()
      const begin = performance.now()
      await page.goto(lab.address)
      await page.locator(USABLE).waitFor()
      times.push(performance.now() - begin)
      await context.close()
    }
  } finally {
    await browser.close()
    await lab.close()
  }
  return times
}
