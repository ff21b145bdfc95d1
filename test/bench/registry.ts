/** Every case by name, in the order of the report. To add a measurement: a file beside this, and a line here. */
import { LabError } from '../../shared/errors/errors.ts'
import type { BenchCase } from './bench-case.ts'
import { compileCases } from './compile-case.ts'
import { compileGrowthCases } from './compile-growth-case.ts'
import { evaluationCase } from './evaluation-case.ts'
import { scalingCases } from './scaling-case.ts'
import { startUpCase } from './start-up-case.ts'
import { stepCases } from './step-cases.ts'
import { trainCase } from './train-case.ts'
import { vaaCases } from './vaa-case.ts'
import { warmUpCases } from './warm-up-case.ts'

export const benchCases: readonly BenchCase[] = [
  ...stepCases.map(trainCase),
  ...warmUpCases,
  ...vaaCases,
  evaluationCase,
  ...compileCases,
  startUpCase,
  ...scalingCases,
  ...compileGrowthCases,
]

/**
 * @param names all cases when empty
 * @returns in the order given
 * @throws LabError `usage` for an unknown name
 */
export function selectCases(names: readonly string[]): readonly BenchCase[] {
  if (names.length === 0) return benchCases
  return names.map((name) => {
    const found = benchCases.find((benchCase) => benchCase.name === name)
    if (found) return found
    throw new LabError('usage', 'There is no case of this name.', {
      where: '--case',
      expected: `one of ${benchCases.map((benchCase) => benchCase.name).join(', ')}`,
      found: `\`${name}\``,
    })
  })
}
