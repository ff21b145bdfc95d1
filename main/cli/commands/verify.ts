/** `lab verify`: golden cases on every backend, one verdict a line; exit 1 if one does not agree. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../../../shared/protocol/errors.ts'
import { loadBackend } from '../../engine/load-backend.ts'
import { verifyCase } from '../../engine/verify.ts'
import { print, printJson } from '../output.ts'

const BACKENDS = ['reference', 'wasm'] as const

export async function verifyCommand(
  files: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
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
    for (const name of BACKENDS) {
      const verdict = await verifyCase(text, path.basename(file, '.json'), await loadBackend(name))
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
