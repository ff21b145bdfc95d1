/**
 * Records the runs whose curves the help page shows: `node test/pictures/help-runs.ts` trains the three strategies on a small budget with the
 * command line and writes their series, thinned out, into renderer/help/recorded-runs.json.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '..', '..')
const TARGET = path.join(ROOT, 'renderer', 'help', 'recorded-runs.json')
const MOST_POINTS = 60
const CONFIG = {
  name: 'help',
  dataset: {
    kind: 'copy-first-input',
    steps: 80,
    fresh: true,
    counts: { train: 32000, validation: 200, test: 500 },
  },
  layers: [{ cell: 'gru', units: 64 }],
  strategies: ['none', 'warmed-up', 'double'],
  warmup: { steps: 80, batch: 32, maxConvergenceSteps: 80 },
  training: { steps: 700, batch: 32, validateEverySteps: 20, optimizer: { kind: 'adam', learningRate: 2e-3 } },
  measures: { everySteps: 100, vaa: { series: 32, convergenceSteps: 500 }, vaaStar: null },
  seeds: [0],
}

interface Event {
  readonly type: string
  readonly phase?: string
  readonly step: number
  readonly loss?: readonly number[]
  readonly vaaStar?: readonly (readonly number[])[]
  readonly vaa?: readonly { readonly vaa: number }[] | null
}

type Points = (readonly [step: number, value: number])[]

function thin(points: Points): Points {
  const every = Math.max(1, Math.ceil(points.length / MOST_POINTS))
  return points.filter((_, index) => index % every === 0 || index === points.length - 1)
}

const rounded = (value: number): number => Number(value.toPrecision(4))

const home = mkdtempSync(path.join(os.tmpdir(), 'warmup-lab-help-'))
try {
  const file = path.join(home, 'help.json')
  writeFileSync(file, JSON.stringify(CONFIG))
  const { status } = spawnSync(process.execPath, [path.join(ROOT, 'main', 'cli', 'bin.ts'), 'run', file], {
    env: { ...process.env, WARMUP_LAB_HOME: home },
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`lab run ended with ${status}`)
  const folder = path.join(home, 'runs')
  const runs = readdirSync(folder).map((id) => {
    const { strategy } = JSON.parse(readFileSync(path.join(folder, id, 'run.json'), 'utf8')) as { strategy: string }
    const events = readFileSync(path.join(folder, id, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event)
    const warmup = events.filter(({ type }) => type === 'warmup-step')
    const measures = events.filter(({ type, vaa }) => type === 'measure' && vaa)
    return {
      strategy,
      warmup: thin(warmup.map(({ step, vaaStar }) => [step, rounded(Math.max(...vaaStar![0]!))])),
      validation: thin(
        events.filter(({ type }) => type === 'validation').map(({ step, loss }) => [step, rounded(loss![0]!)]),
      ),
      vaa: measures
        .filter(({ phase }) => phase === 'training')
        .map(({ step, vaa }): [number, number] => [step, rounded(vaa![0]!.vaa)]),
    }
  })
  const order = CONFIG.strategies
  runs.sort((a, b) => order.indexOf(a.strategy) - order.indexOf(b.strategy))
  writeFileSync(TARGET, `${JSON.stringify({ config: CONFIG, runs })}\n`)
} finally {
  rmSync(home, { recursive: true, force: true })
}
