/** A lab in a process of its own, at the first of three jobs until it is killed; argv: home, configuration. It says `ready` once it trains. */
import { Lab } from '../../../main/lab/lab.ts'

const [, , home, text] = process.argv
const config = JSON.parse(text!) as object
const lab = await Lab.open(home!)
lab.listen((event) => {
  if (event.type === 'run-events' && event.firstIndex > 0) process.stdout.write('ready\n')
})
for (const name of ['first', 'second'])
  await lab.execute('run.start', { config: { ...config, name, strategies: ['none', 'warmed-up'] } })
await lab.execute('sweep.start', { definition: { name: 'third', config, grid: { 'layers.*.cell': ['gru', 'mgu'] } } })
