/** A process whose executor computes for hours, to be killed meanwhile: a folder that names the executor among others is its argument. It says when that has begun. */
import { openRemoteBackend } from '../../../../shared/backends/remote/remote-backend.ts'
import { ALARM_CLOCK } from '../../../../main/engine/alarm-clock.ts'
import { forkExecutor } from '../../../../main/engine/executor/fork-executor.ts'
import { batch, network, part } from '../../backends/networks.ts'

/** Some 10^12 operations, in a language that does 10^8 a second. */
const LARGE = network([[part('gru', 1500)]], { inputs: 1, outputs: 1 })
const MANY_STEPS = 50_000

const [, , cacheFolder] = process.argv
const backend = await openRemoteBackend({
  clock: ALARM_CLOCK,
  where: 'reference',
  open: async () => forkExecutor({ backend: 'reference', options: { cacheFolder: cacheFolder! } }),
})
const engine = await backend.createEngine(LARGE, 1)
const answer = engine.evaluate([batch(LARGE, MANY_STEPS, 1, 1)])
process.stdout.write('asked\n')
await answer
