/** `lab cell`: a cell's equations, shapes, parameters, stages and derivative. */
import { builtInCells } from '../../../shared/cells/library.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { countParameters, describeCell, printedRules } from '../../../shared/compiler/print.ts'
import { warningText } from '../../../shared/compiler/warnings.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { print, printJson } from '../output.ts'
import { readCellFile } from '../read-cell.ts'

export async function cellCommand(file: string, options: Readonly<Record<string, unknown>>): Promise<void> {
  const sizes = { I: readSize(options, 'inputs'), H: readSize(options, 'units') }
  const { name, text } = Object.hasOwn(builtInCells, file)
    ? { name: file, text: builtInCells[file]! }
    : await readCellFile(file)
  const program = compileCell(text, file, { name })
  const rules = printedRules(program)
  if (options.json)
    printJson({
      type: 'cell',
      name: program.name,
      source: program.source,
      equations: program.equations,
      states: program.states,
      parameters: program.parameters.map((parameter) => ({ ...parameter, initialValues: rules.get(parameter.symbol) })),
      constants: program.constants,
      warnings: program.warnings.map(warningText),
      parameterCount: countParameters(program, sizes),
      stages: program.stages.forwardStages.length,
    })
  else print(describeCell(program, sizes))
}

function readSize(options: Readonly<Record<string, unknown>>, key: 'inputs' | 'units'): number {
  const value = Number(options[key])
  if (!Number.isInteger(value) || value < 1)
    throw new LabError('usage', 'A size is a whole number.', {
      where: `--${key}`,
      expected: '1 or more',
      found: `\`${String(options[key])}\``,
    })
  return value
}
