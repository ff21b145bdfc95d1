/** Whether the user means it: asked in a terminal; elsewhere only a flag says so. */
import { createInterface } from 'node:readline/promises'
import { LabError } from '../../shared/errors/errors.ts'

/**
 * @param question ends with what it costs
 * @throws LabError `usage` where nobody can be asked
 */
export async function confirm(question: string, isSaid: boolean): Promise<boolean> {
  if (isSaid) return true
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw new LabError('usage', 'this is done for good, and nobody can be asked here whether it shall be.', {
      where: '--yes',
      expected: 'a terminal, or the flag',
      found: 'neither',
      remedy: `With \`--yes\` it is done: ${question}`,
    })
  const asked = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await asked.question(`${question} [y/N] `)).trim())
  } finally {
    asked.close()
  }
}
