/** Flags beside what a configuration says: the flag counts. */
import { expect, it } from 'vitest'
import { lab, temporaryFolder } from './lab.ts'

/** What the quick preset, which has steps, comes to. */
async function lengthWith(...flags: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await lab(
    ['run', '--preset', 'quick', ...flags, '--print-config'],
    temporaryFolder(),
  )
  expect(code, stderr).toBe(0)
  const { steps, epochs } = (JSON.parse(stdout) as { training: { steps: number | null; epochs: number } }).training
  return { steps, epochs }
}

it('--epochs counts where the configuration has steps, and --steps before both', async () => {
  expect(await lengthWith()).toMatchObject({ steps: 1200 })
  expect(await lengthWith('--epochs', '3')).toEqual({ steps: null, epochs: 3 })
  expect(await lengthWith('--epochs', '3', '--steps', '40')).toEqual({ steps: 40, epochs: 3 })
})
