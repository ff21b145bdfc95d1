/** Engines and devices as the screens show them: all of them with why they can be used or not, what a design takes and why, and how fast it is on each. */
import { describe, expect, it } from 'vitest'
import { openDesign } from './file-chooser.ts'
import { openSection } from './form-section.ts'
import { inspectView } from './inspect.ts'
import { lookAtLab } from './look-at-lab.ts'

const CONFIG = {
  name: 'small design',
  dataset: { kind: 'copy-first-input', steps: 10, counts: { train: 64, validation: 16, test: 16 } },
  layers: [{ cell: 'gru', units: 4 }],
  strategies: ['none'],
  training: { steps: 40, batch: 8 },
  measures: { everySteps: 0 },
  seeds: [0],
}

describe('the engines of the machine', () => {
  const under = lookAtLab()

  it('are listed in the settings, each that cannot be used with the way to get it, and are measured with the design', async () => {
    const { page, complaints } = await under.openPage()
    await openDesign(page, CONFIG)
    await expect
      .poll(() => page.getByTestId('engine-choice').innerText())
      .toMatch(/^WebAssembly \(processor\) on .+: \S+/)
    await page.getByRole('link', { name: 'Settings' }).click()
    const engines = page.getByRole('region', { name: 'Engines' })
    const rowOf = (device: string) => engines.locator(`[data-device="${device}"]`)
    await rowOf('wasm').getByText('can be used').waitFor()
    for (const row of await engines.locator('[data-device]').all()) {
      const text = await row.innerText()
      if (text.includes('cannot be used')) expect(text).toMatch(/cannot be used\s+\S+/)
    }
    await engines.getByRole('button', { name: 'Measure with “small design”' }).click()
    await expect.poll(() => rowOf('wasm').innerText()).toMatch(/ a second \(.+ each\)/)
    await engines.getByRole('button', { name: 'Measure with' }).waitFor()
    await inspectView(page, 'settings-engines')
    await page.getByRole('link', { name: 'Design' }).click()
    const comparison = page.getByRole('table', { name: 'The design on each engine' })
    await comparison.getByRole('row', { name: /^WebAssembly/ }).waitFor()
    expect(complaints).toEqual([])
  })

  it('stay to be chosen in a design: one that is not here is a mistake at its field', async () => {
    const { page, complaints } = await under.openPage()
    await openDesign(page, CONFIG)
    await openSection(page, 'Engine')
    await page.getByRole('combobox', { name: 'Engine' }).selectOption('webgpu')
    await page
      .getByRole('alert')
      .getByRole('button', { name: /^backend: / })
      .waitFor()
    await page.getByRole('combobox', { name: 'Engine' }).selectOption('wasm')
    await expect.poll(() => page.getByTestId('engine-choice').innerText()).toMatch(/: as the design asks for$/)
    expect(complaints).toEqual([])
  })
})
