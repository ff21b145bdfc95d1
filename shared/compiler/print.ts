/** Every form of a cell as text: names and shapes, IR, derivative, stages. For `lab cell`, the editor, and snapshot tests. */
import type { InitialRule } from './ast.ts'
import { matrixText, type IrNode, type NodeId } from './ir.ts'
import type { CellProgram } from './passes.ts'
import type { ParameterRole } from './roles.ts'
import { warningText } from './warnings.ts'

/** One node: `%8 = add %4 %7 : H`. */
export function printNode(node: IrNode, id: NodeId): string {
  return `%${id} = ${describeNode(node)}${node.dim === null ? '' : ` : ${node.dim}`}`
}

function describeNode(node: IrNode): string {
  switch (node.kind) {
    case 'input':
      return 'input'
    case 'state':
      return `state ${node.state}`
    case 'vector':
      return `vector ${node.symbol}`
    case 'literal':
      return `literal ${node.value}`
    case 'size':
      return `size ${node.of}`
    case 'sum':
      return `sum %${node.operand}`
    case 'spread':
      return `spread %${node.operand}`
    case 'apply':
      return `${node.primitive} ${node.args.map((arg) => `%${arg}`).join(' ')}`
    case 'project':
      return `project [${node.matrices.map(matrixText).join(' ')}] %${node.operand}`
    case 'gate':
      return `gate ${node.index} of %${node.project}`
    case 'state-adjoint':
      return `adjoint of state ${node.state}`
    case 'backproject':
      return `backproject [${node.matrices.map(matrixText).join(' ')}] ${node.operands.map((operand) => `%${operand}`).join(' ')}`
  }
}

/** All nodes, forward ones first, and which are the new states. */
export function printGraph({ forward, states }: CellProgram): string {
  const lines = forward.ir.nodes.map(printNode)
  return [...lines, ...forward.newStates.map((id, index) => `${states[index]!}' = %${id}`)].join('\n')
}

/** What the backward graph yields. */
export function printBackward({ backward, states }: CellProgram): string {
  const reference = (id: NodeId | null): string => (id === null ? 'none' : `%${id}`)
  return [
    ...backward.stateAdjoints.map((id, index) => `d${states[index]!} = ${reference(id)}`),
    ...(backward.inputAdjoint === null ? [] : [`dx = ${reference(backward.inputAdjoint)} + products of x`]),
    ...backward.matrixGradients.flatMap(({ matrices, operand, adjoints }) =>
      matrices.map((matrix, gate) => `d${matrixText(matrix)} = sum ${reference(adjoints[gate]!)} outer %${operand}`),
    ),
    ...backward.vectorGradients.map(({ symbol, adjoint }) => `d${symbol} = sum ${reference(adjoint)}`),
  ].join('\n')
}

export function printStages({ stages }: CellProgram): string {
  const list = (ids: readonly NodeId[]): string => (ids.length === 0 ? 'none' : ids.map((id) => `%${id}`).join(' '))
  const lines = (name: string, entries: CellProgram['stages']['forwardStages']): string[] =>
    entries.map(
      ({ products, sums, pointwise }, index) =>
        `${name} ${index + 1}: products ${list(products)}; ${sums.length === 0 ? '' : `sums ${list(sums)}; `}pointwise ${list(pointwise)}`,
    )
  return [
    `for all steps at once: ${list(stages.preProjects)}`,
    ...lines('forward stage', stages.forwardStages),
    ...lines('backward stage', stages.backwardStages),
    `saved for the backward pass: ${list(stages.saved)}`,
    `computed again there: ${list(stages.recomputed)}`,
  ].join('\n')
}

/** Parameters of a part with these sizes. */
export function countParameters(
  { parameters }: CellProgram,
  sizes: { readonly I: number; readonly H: number },
): number {
  return parameters.reduce((sum, { dims }) => sum + dims.reduce((product, dim) => product * sizes[dim], 1), 0)
}

/** The number of parameters as a formula in H and I: `3 H² + 3 H I + 6 H + 1`. */
export function parameterFormula({ parameters }: CellProgram): string {
  const counts = new Map<string, number>()
  for (const { dims } of parameters) {
    const key = [...dims].sort().join('')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const names: Readonly<Record<string, string>> = { HH: 'H²', HI: 'H I', II: 'I²', H: 'H', I: 'I' }
  const terms = Object.keys(names)
    .filter((key) => counts.has(key))
    .map((key) => `${counts.get(key) === 1 ? '' : `${counts.get(key)} `}${names[key]}`)
  const numbers = counts.get('')
  return [...terms, ...(numbers === undefined ? [] : [`${numbers}`])].join(' + ') || '0'
}

function printRule({ rule, args }: InitialRule): string {
  return args.length === 0
    ? rule
    : `${rule}(${args.map((arg) => (typeof arg === 'number' ? arg : arg.constant)).join(', ')})`
}

/** How each parameter is filled at first, by its symbol. */
export function printedRules({ initialValues }: CellProgram): ReadonlyMap<string, string> {
  return new Map(initialValues.flatMap((rule) => rule.symbols.map((symbol) => [symbol, printRule(rule)] as const)))
}

const ROLES: Readonly<Record<ParameterRole, string>> = {
  'input-matrix': 'input matrix',
  'recurrent-matrix': 'recurrent matrix',
  bias: 'bias',
  gain: 'gain',
  vector: 'vector',
  scalar: 'scalar',
  start: 'start of a state',
}

/** A line for each parameter and constant: its shape, what it does, how it begins. */
function printParameters(program: CellProgram): string[] {
  const rules = printedRules(program)
  const rows = [
    ...program.parameters.map(({ symbol, dims, role, isFrozen }) => [
      symbol,
      `[${dims.join(', ')}]`,
      `${ROLES[role]}${isFrozen ? ', frozen' : ''}`,
      rules.get(symbol)!,
    ]),
    ...Object.entries(program.constants).map(([name, value]) => [name, '', 'constant', `${value}`]),
  ]
  const widths = [0, 1, 2].map((column) => rows.reduce((widest, row) => Math.max(widest, row[column]!.length), 0))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`)
}

/** Everything about a cell, for a reader. */
export function describeCell(program: CellProgram, sizes: { readonly I: number; readonly H: number }): string {
  const { name, source, equations, states, outputCount, warnings } = program
  return [
    `${name}${source === '' ? '' : `  (${source})`}`,
    '',
    ...equations.map((line) => `  ${line}`),
    '',
    ...warnings.map((warning) => `warning     ${warningText(warning)}`),
    `states      ${states.join(', ')}  (${outputCount === 1 ? 'the first is' : `the first ${outputCount} are`} the output)`,
    `parameters  ${parameterFormula(program)} = ${countParameters(program, sizes)} at H = ${sizes.H}, I = ${sizes.I}`,
    ...printParameters(program),
    '',
    'stages',
    printStages(program).replace(/^/gm, '  '),
    '',
    'graph',
    printGraph(program).replace(/^/gm, '  '),
    '',
    'derivative',
    printBackward(program).replace(/^/gm, '  '),
  ].join('\n')
}
