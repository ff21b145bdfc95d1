/** A lab in a temporary home and a configuration that trains within seconds: what the tests of main/lab share. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { Lab } from '../../../main/lab/lab.ts'
import type { CommandName, CommandPayload, CommandResult } from '../../../shared/protocol/commands.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'

export const SMALL_CONFIG = {
  name: 'small',
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 200, validation: 20, test: 20 } },
  layers: [{ cell: 'gru', units: 8 }],
  strategies: ['none', 'double'],
  seeds: [0, 1],
  warmup: { steps: 6, batch: 4, maxConvergenceSteps: 10 },
  training: { steps: 40, batch: 8, validateEverySteps: 20 },
  measures: { everySteps: 20, vaa: { series: 4, convergenceSteps: 20 }, vaaStar: { series: 4, convergenceSteps: 10 } },
}

/** So many steps that a test can pause it on the way. */
export const LONG_CONFIG = {
  ...SMALL_CONFIG,
  name: 'long',
  strategies: ['none'],
  training: { steps: 200_000, batch: 8 },
}

export interface TestLab {
  readonly lab: Lab
  readonly home: string
  readonly events: LabEvent[]
  run<Name extends CommandName>(name: Name, payload: CommandPayload<Name>): Promise<CommandResult<Name>>
  /** Resolves with the first event, old or new, that `holds`. */
  until<Found extends LabEvent>(holds: (event: LabEvent) => event is Found): Promise<Found>
  until(holds: (event: LabEvent) => boolean): Promise<LabEvent>
}

/** A home that is there until the test has ended. */
export async function makeHome(): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-test-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  return home
}

/** @param given a home that is there; else a new one */
export async function openLab(given?: string): Promise<TestLab> {
  const home = given ?? (await makeHome())
  const lab = await Lab.open(home)
  const events: LabEvent[] = []
  const waiting = new Set<() => void>()
  lab.listen((event) => {
    events.push(event)
    for (const check of waiting) check()
  })
  onTestFinished(() => lab.close()) // before its home is removed
  return {
    lab,
    home,
    events,
    run: async (name, payload) => (await lab.execute(name, payload)) as CommandResult<typeof name>,
    until: (holds: (event: LabEvent) => boolean) =>
      new Promise<never>((resolve) => {
        const check = (): void => {
          const found = events.find(holds)
          if (found === undefined) return
          waiting.delete(check)
          resolve(found as never)
        }
        waiting.add(check)
        check()
      }),
  }
}

export const runIs =
  (runId: string, state: string) =>
  (event: LabEvent): boolean =>
    event.type === 'run' && event.run.id === runId && event.run.state === state
