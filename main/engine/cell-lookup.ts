/** Compiled cells by name: those of a configuration first, then the lab's own; each compiled once. */
import { builtInCells } from '../../shared/cells/library.ts'
import { compileCell, type CellProgram } from '../../shared/compiler/passes.ts'
import { LabError } from '../../shared/protocol/errors.ts'

export function createCellLookup(own: Readonly<Record<string, string>>): (name: string) => CellProgram {
  const compiled = new Map<string, CellProgram>()
  return (name) => {
    const known = compiled.get(name)
    if (known) return known
    const text = Object.hasOwn(own, name)
      ? own[name]
      : Object.hasOwn(builtInCells, name)
        ? builtInCells[name]
        : undefined
    if (text === undefined)
      throw new LabError('config', 'There is no cell of this name.', {
        where: 'cell',
        expected: `one of ${[...Object.keys(own), ...Object.keys(builtInCells)].join(', ')}`,
        found: `\`${name}\``,
        remedy: 'For a cell of your own give its file: `--cell my-cell.txt`.',
      })
    const program = compileCell(text, name)
    compiled.set(name, program)
    return program
  }
}
