/** `lab cell`: a cell's equations, shapes, parameters, stages and derivative. */
import { builtInCells } from '../../../shared/cells/library.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { countParameters, describeCell } from '../../../shared/compiler/print.ts'
import { LabError } from '../../../shared/protocol/errors.ts'
import { print, printJson } from '../output.ts'
import { readUserText } from '../read-user-text.ts'

export async function cellCommand(file: string, options: Readonly<Record<string, unknown>>): Promise<void> {
  const sizes = { I: readSize(options, 'inputs'), H: readSize(options, 'units') }
  const text = Object.hasOwn(builtInCells, file) ? builtInCells[file]! : await readCell(file)
  const program = compileCell(text, file)
  if (options.json)
    printJson({
      type: 'cell',
      name: program.name,
      source: program.source,
      states: program.states,
      parameters: program.parameters,
      parameterCount: countParameters(program, sizes),
      stages: program.stages.forwardStages.length,
    })
  else print(describeCell(program, sizes))
}

async function readCell(file: string): Promise<string> {
  return readUserText(file).catch((cause: NodeJS.ErrnoException) => {
    throw new LabError('usage', 'There is no cell and no file of this name.', {
      where: file,
      expected: `a file, or one of ${Object.keys(builtInCells).join(', ')}`,
      found: cause.code ?? cause.message,
      remedy: 'Check the path.',
      cause,
    })
  })
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
