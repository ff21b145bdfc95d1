/** Compiled cells by name: those of a configuration first, then the lab's own; each compiled once. Their names are asked when a design is read. */
import { builtInCells } from '../../shared/cells/library.ts'
import { compileCell, type CellProgram } from '../../shared/compiler/passes.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { nearestNames } from '../../shared/errors/nearest-names.ts'

const OWN_FILE = 'For a cell of your own give its file: `--cell my-cell.txt`.'

export function createCellLookup(own: Readonly<Record<string, string>>): (name: string) => CellProgram {
  const compiled = new Map<string, CellProgram>()
  return (name) => {
    const before = compiled.get(name)
    if (before) return before
    const text = Object.hasOwn(own, name)
      ? own[name]
      : Object.hasOwn(builtInCells, name)
        ? builtInCells[name]
        : undefined
    if (text === undefined) {
      const known = [...Object.keys(own), ...Object.keys(builtInCells)]
      const [nearest] = nearestNames(name, known, 1)
      throw new LabError('config', 'There is no cell of this name.', {
        where: 'cell',
        expected: `one of ${known.join(', ')}`,
        found: `\`${name}\``,
        remedy: nearest === undefined ? OWN_FILE : `Did you mean \`${nearest}\`? ${OWN_FILE}`,
      })
    }
    const program = compileCell(text, name, { isRecorded: true })
    compiled.set(name, program)
    return program
  }
}
