/** `lab devices`: every engine with its device, or why it cannot be used and how to get it; and a design measured on each. */
import { describe, expect, it } from 'vitest'
import { BACKEND_NAMES } from '../../../shared/backends/names.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { jsonLines, lab, temporaryFolder } from './lab.ts'

const home = temporaryFolder()
type Line = { readonly type: string } & DeviceReport

describe('lab devices', () => {
  it('lists every engine, and of those that cannot be used what is missing and what to do', async () => {
    const { code, stdout } = await lab(['devices', '--json'], home)
    expect(code).toBe(0)
    const devices = jsonLines(stdout) as unknown as Line[]
    expect(new Set(devices.map(({ backend }) => backend))).toEqual(new Set(BACKEND_NAMES))
    for (const { refusal } of devices) if (refusal) expect(refusal.remedy).toBeTruthy()
    expect(devices.find(({ id }) => id === 'wasm')).toMatchObject({ kind: 'processor', refusal: null })
  })

  it('measures a preset on each and says what auto takes', async () => {
    const { code, stdout } = await lab(['devices', '--measure', 'quick', '--threads', '1'], home)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^wasm \(.+\): \S+ steps a second, \S+ ms each$/m)
    expect(stdout).toMatch(/^The engine is \S+ \(.+\)/m)
  })

  it('refuses a graphics processor that there is not, before a run is made', async () => {
    const { code, stderr } = await lab(
      ['run', '--preset', 'quick', '--backend', 'webgpu', '--adapter', 'no such one'],
      home,
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error \[backend\]: /)
    expect((await lab(['runs', '--json'], home)).stdout).toBe('')
  })
})
