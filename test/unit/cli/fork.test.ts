/** `lab fork`: unchanged it ends with the weights of its run, bit for bit; what a fork may not change is refused with exit code 2. */
import { expect, it } from 'vitest'
import { lab, runsOf, smallRun, temporaryFolder, weightBytes } from './lab.ts'

it('goes on from a checkpoint with what the flags change', async () => {
  const home = temporaryFolder()
  expect(await lab(smallRun(40), home)).toMatchObject({ code: 0 })
  const [original] = runsOf(home) as [string]
  const newest = (): string => runsOf(home).find((name) => !known.has(name))!
  const known = new Set(runsOf(home))

  const atItsEnd = await lab(['fork', original, '--json'], home)
  expect(atItsEnd.code).toBe(2)
  expect(atItsEnd.stderr).toContain('Raise it, or fork from an earlier checkpoint.')
  expect(newest()).toBeUndefined()

  const same = await lab(['fork', original, '--checkpoint', 'warmed-up', '--json'], home)
  expect(same, same.stderr).toMatchObject({ code: 0 })
  expect(weightBytes(home, newest()).equals(weightBytes(home, original))).toBe(true)
  known.add(newest())

  const other = await lab(['fork', original, '--checkpoint', 'warmed-up', '--learning-rate', '0.05', '--json'], home)
  expect(other, other.stderr).toMatchObject({ code: 0 })
  expect(weightBytes(home, newest()).equals(weightBytes(home, original))).toBe(false)
  known.add(newest())

  const refused = await lab(['fork', original, '--units', '20', '--steps', '50', '--json'], home)
  expect(refused.code).toBe(2)
  expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'config' })
  expect(refused.stderr).toContain('layers.0.units: A fork goes on with the weights of its run')
  expect((await lab(['fork', original, '--checkpoint', 'first'], home)).code).toBe(2)
  expect(newest()).toBeUndefined()
})
