/** `lab vaa`: the fields of its JSON, the same numbers every time, and what it says of a run without weights. */
import { readFileSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, lab, runsOf, smallRun, temporaryFolder } from './lab.ts'

const SERIES = 8
const DRAWS = 2
const FLAGS = ['--series', `${SERIES}`, '--convergence-steps', '50', '--draws', `${DRAWS}`]

const home = temporaryFolder()
let run = ''
beforeAll(async () => {
  expect(await lab(smallRun(20), home)).toMatchObject({ code: 0 })
  run = runsOf(home)[0]!
})

const slice = (layerIndex: number | null, partIndex: number | null) => ({
  layerIndex,
  partIndex,
  vaa: expect.any(Number) as number,
  vaaLow: null,
  vaaHigh: null,
  residualMedian: expect.any(Number) as number,
  residualMax: expect.any(Number) as number,
  fixedCount: expect.any(Number) as number,
  periodicCount: expect.any(Number) as number,
  unconvergedCount: expect.any(Number) as number,
})

describe('lab vaa --json', () => {
  it('has one object a seed, with VAA of the network, its layer and its parts, and VAA* of the layer', async () => {
    const { code, stdout, stderr } = await lab(['vaa', run, ...FLAGS, '--json'], home)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = jsonLines(stdout) as { vaa: Record<string, number>; vaaStar: number[] }[]
    expect(lines).toEqual(
      [3, 4].map((seed) => ({
        type: 'vaa',
        run,
        seed,
        at: null,
        vaa: {
          ...slice(null, null),
          layers: [slice(0, null)],
          parts: [slice(0, 0), slice(0, 1)],
          exactExit: [null, null],
          stoppedAt: [null, null],
          epsilon: 1e-4,
          series: SERIES,
          convergenceSteps: 50,
          maxConvergenceSteps: null,
          usedSteps: [50, 50],
          draws: DRAWS,
        },
        vaaStar: [expect.any(Number)],
      })),
    )
    for (const { vaa, vaaStar } of lines) {
      expect(vaa.fixedCount! + vaa.periodicCount! + vaa.unconvergedCount!).toBe(SERIES * DRAWS)
      for (const value of [vaa.vaa!, vaaStar[0]!]) {
        expect(value).toBeGreaterThanOrEqual(1 / SERIES)
        expect(value).toBeLessThanOrEqual(1)
      }
    }
  })

  it('says the same every time, and of the same training done again', async () => {
    const again = temporaryFolder()
    expect(await lab(smallRun(20), again)).toMatchObject({ code: 0 })
    const other = runsOf(again)[0]!
    const first = await lab(['vaa', run, ...FLAGS, '--json'], home)
    expect(first.code).toBe(0)
    expect(await lab(['vaa', run, ...FLAGS, '--json'], home)).toEqual(first)
    const { stdout } = await lab(['vaa', other, ...FLAGS, '--json'], again)
    expect(stdout.replaceAll(other, run)).toBe(first.stdout)
  })

  it('follows its flags', async () => {
    const flags = ['--series', '4', '--convergence-steps', '30', '--draws', '1', '--epsilon', '0.5']
    const lines = jsonLines((await lab(['vaa', run, ...flags, '--json'], home)).stdout)
    expect(lines).toHaveLength(2)
    for (const { vaa } of lines) expect(vaa).toMatchObject({ series: 4, convergenceSteps: 30, draws: 1, epsilon: 0.5 })
  })
})

describe('lab vaa without an M', () => {
  const VAA = { series: 8, maxConvergenceSteps: 640, draws: 2, convergenceSteps: null }
  const flags = ['--series', '8', '--max-convergence-steps', '640', '--draws', '2']

  it('measures at rest, and says of each seed between which values its VAA lies', async () => {
    const { code, stdout } = await lab(['vaa', run, ...flags, '--json'], home)
    expect(code).toBe(0)
    const lines = jsonLines(stdout) as { vaa: Record<string, number | null> & { usedSteps: number[] } }[]
    expect(lines).toHaveLength(2)
    for (const { vaa } of lines) {
      expect(vaa).toMatchObject(VAA)
      const { vaaLow, vaaHigh, unconvergedCount } = vaa
      expect(vaa.vaa).toBe(unconvergedCount === 0 ? vaaLow : null)
      expect(vaaHigh).toBeGreaterThanOrEqual(vaaLow!)
      expect(Math.max(...vaa.usedSteps)).toBeLessThanOrEqual(640)
    }
    const table = (await lab(['vaa', run, ...flags], home)).stdout
    const isBetween = lines.some(({ vaa }) => vaa.unconvergedCount! > 0)
    expect(table.includes('Between two values')).toBe(isBetween)
    expect(/\d\.\.\d/.test(table)).toBe(isBetween)
  })

  it.each([
    [['--max-convergence-steps', '100001'], '≥ 64, ≤ 100000'],
    [['--stop-residual', '1e-7'], '--stop-residual'],
  ])('does not take %s', async (wrong, said) => {
    const { code, stderr } = await lab(['vaa', run, ...wrong], home)
    expect(code).toBe(2)
    expect(stderr).toContain(said)
  })
})

describe('lab vaa of weights that are', () => {
  it('damaged says so and leaves them', async () => {
    const broken = temporaryFolder()
    expect(await lab(smallRun(20, 'none'), broken)).toMatchObject({ code: 0 })
    const [name] = runsOf(broken)
    const file = path.join(broken, 'runs', name!, 'weights.safetensors')
    truncateSync(file, 1000)
    const before = readFileSync(file)
    const { code, stdout, stderr } = await lab(['vaa', name!, '--json'], broken)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(jsonLines(stderr)).toMatchObject([
      { type: 'error', code: 'weights', message: expect.stringContaining(file) as string },
    ])
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})
