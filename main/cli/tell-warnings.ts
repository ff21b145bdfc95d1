/** What cells are warned of, told before anything is trained: a line on standard error, or an object. */
import { warningText } from '../../shared/compiler/warnings.ts'
import type { WarnedCell } from '../../shared/networks/cell-warnings.ts'
import { printJson } from './output.ts'
import { writeError } from './streams.ts'

export function tellWarnings(warnings: readonly WarnedCell[], options: Readonly<Record<string, unknown>>): void {
  for (const { cell, warning } of warnings)
    if (options.json === true) printJson({ type: 'warning', cell, message: warningText(warning) })
    else writeError(`warning: ${cell}: ${warningText(warning)}\n`)
}
