/** The cells of a design: built-in ones with their texts, and what any text comes to, or what is wrong with it and where. */
import { builtInCells } from '../../../shared/cells/library.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { countParameters, describeCell, parameterFormula, printedRules } from '../../../shared/compiler/print.ts'
import type { CheckedPayload } from '../../../shared/protocol/commands.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { CheckedCell } from '../../../shared/protocol/design-views.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'

export function listCells(): { name: string; text: string }[] {
  return Object.entries(builtInCells).map(([name, text]) => ({ name, text }))
}

export function checkCell({ name, text, inputSize, units }: CheckedPayload<'cell.check'>): CheckedCell {
  try {
    const program = compileCell(text, name)
    const sizes = { I: inputSize, H: units }
    const rules = printedRules(program)
    return {
      ok: true,
      name: program.name,
      source: program.source,
      equations: program.equations,
      states: program.states,
      parameters: program.parameters.map((parameter) => ({
        ...parameter,
        initialValues: rules.get(parameter.symbol)!,
      })),
      constants: program.constants,
      warnings: program.warnings,
      parameterFormula: parameterFormula(program),
      parameterCount: countParameters(program, sizes),
      description: describeCell(program, sizes),
    }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return { ok: false, diagnostics: [toWireError(error)] }
  }
}
