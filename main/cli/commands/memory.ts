/** `lab memory`: what a training step of each strategy takes, and how the engine keeps it within its bound. */
import { mebibytes } from '../../../shared/backends/memory-plan.ts'
import { fitBatches } from '../../../shared/training/fit-to-data.ts'
import { chooseBackend } from '../../engine/choose-backend.ts'
import { readEngineOptions } from '../../engine/engine-options.ts'
import { memoryRequest, planMemory } from '../../engine/memory.ts'
import { openDatasets, wireNetworks } from '../../engine/run-group.ts'
import { loadConfig } from '../load-config.ts'
import { formatTable, print, printJson } from '../output.ts'

export async function memoryCommand(
  file: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const engine = readEngineOptions(options)
  const { config: asked, baseFolder } = await loadConfig(file, options)
  const [dataset] = await openDatasets({ ...asked, seeds: asked.seeds.slice(0, 1) }, baseFolder)
  const { config } = fitBatches(asked, [dataset!])
  const networks = wireNetworks(config, dataset!)
  const request = memoryRequest(config, dataset!)
  const { backend } = await chooseBackend(config.backend, { networks: networks.values(), request }, engine)
  const plans = await planMemory(backend, networks, request, engine)
  if (plans.size === 0 && !options.json) print(`The backend ${backend} does not count its memory.`)
  for (const [strategy, plan] of plans) {
    if (options.json) {
      printJson({ type: 'memory', strategy, backend, ...request, ...plan })
      continue
    }
    const { steps, batch, replicas } = request
    const seeds = `${replicas} ${replicas === 1 ? 'seed' : 'seeds'}`
    const sideBySide = plan.sideBySide > 1 ? `, ${plan.sideBySide} side by side` : ''
    print(`${config.name}, ${strategy}: ${steps} steps of ${batch} series, ${seeds}${sideBySide}\n`)
    const rows = plan.items
      .toSorted((a, b) => b.bytes - a.bytes)
      .map(({ what, bytes }) => [what, `${mebibytes(bytes)}`])
    print(
      formatTable(
        ['memory', 'MiB'],
        [...rows, ['total', `${mebibytes(plan.totalBytes)}`], ['bound (--memory)', `${mebibytes(plan.boundBytes)}`]],
      ),
    )
    print(
      plan.keepsValues
        ? '\nValues for the way back are kept.\n'
        : '\nValues for the way back are kept for a segment of steps and computed again for the others: about a third more work.\n',
    )
  }
}
