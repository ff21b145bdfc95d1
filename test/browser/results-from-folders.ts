/**
 * What a sweep came to, computed from the run folders alone: an independent script that shares no code with the lab. It prints the runs and
 * the means and deviations by cell, length and strategy as JSON. `node results-from-folders.ts HOME`
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface FolderRun {
  readonly id: string
  readonly cell: string
  readonly steps: number
  readonly strategy: string
  readonly status: string
  readonly values: readonly number[]
}

export interface FolderGroup {
  readonly cell: string
  readonly steps: number
  readonly strategy: string
  readonly mean: number
  readonly std: number
  readonly count: number
}

function readRuns(home: string): FolderRun[] {
  const folder = path.join(home, 'runs')
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'))
  return names.map((id) => {
    const run = JSON.parse(readFileSync(path.join(folder, id, 'run.json'), 'utf8')) as {
      strategy: string
      status: string
      config: { layers: { cell: string }[]; dataset: { steps: number } }
      result: { best: number[] } | null
    }
    const { strategy, status, config, result } = run
    return {
      id,
      strategy,
      status,
      cell: config.layers[0]!.cell,
      steps: config.dataset.steps,
      values: result?.best ?? [],
    }
  })
}

function describeGroup(run: FolderRun): FolderGroup {
  const { cell, steps, strategy, values } = run
  const count = values.length
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / count
  let squares = 0
  for (const value of values) squares += (value - mean) * (value - mean)
  return { cell, steps, strategy, mean, std: Math.sqrt(squares / (count - 1)), count }
}

const runs = readRuns(process.argv[2]!)
process.stdout.write(JSON.stringify({ runs, groups: runs.map(describeGroup) }))
