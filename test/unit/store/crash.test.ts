/** A writer killed at any moment leaves a folder that loads: the old checkpoint or the new, with just its metrics. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { storeWithRun } from './store-helpers.ts'

const KILLS = 10
const LONGEST_LIFE_MS = 60

it(`a run killed at ${KILLS} random moments always loads and goes on`, async () => {
  const { store, id, home, folder } = await storeWithRun()
  let reached = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'checkpoint-loop.ts'), home, id], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    await wait(Math.random() * LONGEST_LIFE_MS)
    child.kill('SIGKILL')
    await exited
    const [listed] = await store.list()
    expect(listed).toMatchObject({ id, damaged: null, crashed: true })
    const writer = await store.openWriter(id)
    const checkpoint = await writer.loadCheckpoint()
    await writer.heartbeat()
    await writer.close()
    const step = Number(checkpoint?.counters.step)
    expect(step).toBeGreaterThan(reached)
    expect(checkpoint?.tensors.get('seed0/parameters/w')?.data).toEqual(new Float32Array(20_000).fill(step))
    expect((await store.readMetrics(id)).events).toEqual(
      Array.from({ length: step }, (_, i) => ({ type: 'log', level: 'info', message: `${i + 1}` })),
    )
    expect((await readdir(folder)).sort()).toEqual(['checkpoint.safetensors', 'log.jsonl', 'metrics.jsonl', 'run.json'])
    reached = step
  }
})
