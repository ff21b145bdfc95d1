/** `lab verify`: golden cases on every backend that works here, or on those that are named, one verdict a line; exit 1 if one does not agree. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../../../shared/errors/errors.ts'
import type { Backend } from '../../../shared/backends/backend.ts'
import { refusalText } from '../../../shared/protocol/devices.ts'
import { backendEntry, BACKENDS } from '../../engine/backends/table.ts'
import { readEngineOptions, type EngineOptions } from '../../engine/engine-options.ts'
import { verifyCase } from '../../engine/verify.ts'
import { print, printJson } from '../output.ts'
import { writeError } from '../streams.ts'

export async function verifyCommand(
  files: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const backends = await openBackends(options, readEngineOptions(options))
  let failures = 0
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new LabError('usage', 'The case cannot be read.', {
        where: file,
        found: cause.code ?? cause.message,
        remedy: 'Check the path.',
        cause,
      })
    })
    for (const backend of backends) {
      const verdict = await verifyCase(text, path.basename(file, '.json'), backend)
      if (!verdict.ok) failures++
      if (options.json) printJson(verdict)
      else {
        const errors = Object.entries(verdict.maxError).map(
          ([quantity, error]) => `${quantity} ${error.toExponential(1)}`,
        )
        print(`${verdict.ok ? 'ok    ' : 'NOT OK'}  ${verdict.case}  ${verdict.backend}  ${errors.join('  ')}`)
      }
    }
  }
  if (failures > 0) process.exitCode = 1
}

/** One that is named must work; of the others, those that do not are told. */
async function openBackends(options: Readonly<Record<string, unknown>>, engine: EngineOptions): Promise<Backend[]> {
  if (typeof options.backend === 'string')
    return Promise.all(options.backend.split(',').map((name) => backendEntry(name.trim()).load(engine)))
  const backends: Backend[] = []
  for (const entry of BACKENDS) {
    const reports = await entry.probe(engine)
    if (reports.some(({ refusal }) => refusal === null)) backends.push(await entry.load(engine))
    else if (!options.json) writeError(`${entry.name} is left out: ${refusalText(reports[0]!)}\n`)
  }
  return backends
}
