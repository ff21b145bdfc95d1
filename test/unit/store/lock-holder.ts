/** A process that holds a run's lock until it is killed; argv: home, run id. It says `ready` once it does. */
import { setInterval } from 'node:timers'
import { RunStore } from '../../../main/store/run-store.ts'

const [, , home, id] = process.argv
const writer = await new RunStore(home!).openWriter(id!)
await writer.update({ status: 'running' })
process.stdout.write('ready\n')
setInterval(() => undefined, 60_000)
