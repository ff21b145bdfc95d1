/**
 * Constants that a design sets for the initial values of its cells: a configuration enters, what is set and would change nothing leaves. A
 * constant of the equations has the value in the cell's text alone.
 */
import { builtInCells } from '../cells/library.ts'
import { parseCell } from '../compiler/parse.ts'
import { LabError } from '../errors/errors.ts'
import type { ExperimentConfig } from './config.ts'

/** A name that no cell of the layer has is left alone: a sweep over cells sets `T_max` for those that have one. */
export function judgeConstants(
  { cells, layers }: Pick<ExperimentConfig, 'cells' | 'layers'>,
  where: string,
): { readonly field: string; readonly error: LabError }[] {
  return layers.flatMap(({ cell, coldCell, parts, initialValues }, index) => {
    const choices = parts?.map((part, p) => ({
      names: [part.cell],
      constants: part.initialValues.constants,
      field: `layers.${index}.parts.${p}.initialValues.constants`,
    })) ?? [
      {
        names: [cell, coldCell],
        constants: initialValues.constants,
        field: `layers.${index}.initialValues.constants`,
      },
    ]
    return choices.flatMap(({ names, constants, field }) => {
      // Most designs set none, and a sweep has thousands of them.
      if (Object.keys(constants).length === 0) return []
      const known = names.map((name) => constantsOf(name, cells))
      return Object.keys(constants)
        .filter((name) => known.some(({ all }) => all.has(name)) && !known.some(({ initial }) => initial.has(name)))
        .map((name) => ({
          field: `${field}.${name}`,
          error: new LabError('config', `\`${name}\` is a constant of the cell's equations.`, {
            where: `${where}, ${field}.${name}`,
            expected: "a constant of the cell's `init` lines",
            found: `\`${name}\``,
            remedy: `Change \`constant ${name}\` in the text of a cell of your own.`,
          }),
        }))
    })
  })
}

/** All constants of a cell, and those that its `init` lines use; none of a text that cannot be read, which is told elsewhere. */
function constantsOf(
  name: string,
  cells: ExperimentConfig['cells'],
): { readonly all: ReadonlySet<string>; readonly initial: ReadonlySet<string> } {
  const text = Object.hasOwn(cells, name) ? cells[name] : Object.hasOwn(builtInCells, name) ? builtInCells[name] : ''
  try {
    const { constants, initialRules } = parseCell(text!, name)
    const args = initialRules.flatMap((rule) => rule.args)
    return {
      all: new Set(Object.keys(constants)),
      initial: new Set(args.flatMap((arg) => (typeof arg === 'number' ? [] : [arg.constant]))),
    }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return { all: new Set(), initial: new Set() }
  }
}
