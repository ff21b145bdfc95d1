/** A file with a cell's equations, as `lab cell` and `lab run --cell` read it: its text and the cell's one name. */
import path from 'node:path'
import { builtInCells } from '../../shared/cells/library.ts'
import { nameInText } from '../../shared/compiler/parse.ts'
import { requireOwnName } from '../../shared/experiments/own-cells.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { nearestNames } from '../../shared/errors/nearest-names.ts'
import { readUserText } from './read-user-text.ts'

/**
 * @returns the name in the text; of a text without one, the file's
 * @throws LabError `usage` for a file that cannot be read, `cell-name` for a cell that has the name of one of the lab's
 */
export async function readCellFile(file: string): Promise<{ readonly name: string; readonly text: string }> {
  const text = await readUserText(file).catch((cause: NodeJS.ErrnoException) => {
    const [nearest] = nearestNames(file, Object.keys(builtInCells), 1)
    throw new LabError('usage', 'There is no cell and no file of this name.', {
      where: file,
      expected: `a file, or one of ${Object.keys(builtInCells).join(', ')}`,
      found: cause.code ?? cause.message,
      remedy: nearest === undefined ? 'Check the path.' : `Did you mean \`${nearest}\`? Or check the path.`,
      cause,
    })
  })
  const name = nameInText(text) ?? path.parse(file).name.toLowerCase()
  requireOwnName(name, text, file)
  return { name, text }
}
