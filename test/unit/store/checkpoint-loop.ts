/** A process that writes checkpoints until it is killed; argv: home, run id. It says `ready` once the first one stands. */
import { RunStore } from '../../../main/store/run-store.ts'

const [, , home, id] = process.argv
const writer = await new RunStore(home!).openWriter(id!)
const saved = await writer.loadCheckpoint()
for (let step = Number(saved?.counters.step ?? 0) + 1; ; step++) {
  writer.append([{ type: 'log', level: 'info', message: `${step}` }])
  await writer.saveCheckpoint({
    counters: { step },
    tensors: new Map([['seed0/parameters/w', { shape: [20_000], data: new Float32Array(20_000).fill(step) }]]),
  })
  await writer.update({ status: 'running' })
  if (saved === null ? step === 1 : step === Number(saved.counters.step) + 1) process.stdout.write('ready\n')
}
