/** Cells as large as a text may be: the work grows with the text, no stack runs out, and what is too much is told where it stands. */
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { evaluateNodes, type NodeValue } from '../../../shared/backends/reference/interpreter.ts'
import { checkCell } from '../../../shared/compiler/check.ts'
import { differentiate } from '../../../shared/compiler/differentiate.ts'
import type { IrNode } from '../../../shared/compiler/ir.ts'
import { cellToLatex } from '../../../shared/compiler/latex.ts'
import { lowerCell } from '../../../shared/compiler/lower.ts'
import { parseCell } from '../../../shared/compiler/parse.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { describeCell } from '../../../shared/compiler/print.ts'
import { stageCell } from '../../../shared/compiler/stage.ts'
import { tokenizeLine } from '../../../shared/compiler/tokenize.ts'
import { LabError } from '../../../shared/errors/errors.ts'

/** Values that are each read twice by the next: as many ways through them as 2 to the power of `links`. */
const sharedChain = (links: number): string =>
  [
    'a_0 = tanh(W x + U h)',
    ...Array.from({ length: links }, (_, i) => `a_${i + 1} = a_${i} * a_${i}`),
    `h' = a_${links}`,
  ].join('\n')
const sum = (terms: number): string => `h' = W x${' + h'.repeat(terms)}`
const between = (before: string, count: number, inner: string, after = ''): string =>
  `h' = ${before.repeat(count)}${inner}${after.repeat(count)}`

/** How often the pass looks at a node. */
function nodesReadByStaging(text: string): number {
  const forward = lowerCell(checkCell(parseCell(text, 'test'), 'test'), 'test')
  const backward = differentiate(forward)
  let reads = 0
  const nodes = new Proxy<IrNode[]>(forward.ir.nodes, {
    get: (target, key, receiver) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++
      return Reflect.get(target, key, receiver) as unknown
    },
  })
  stageCell({ ...forward, ir: Object.create(forward.ir, { nodes: { value: nodes } }) as typeof forward.ir }, backward)
  return reads
}

function complaintOf(text: string): LabError {
  try {
    compileCell(text, 'my-cell')
  } catch (error) {
    expect(error).toBeInstanceOf(LabError)
    return error as LabError
  }
  return expect.unreachable('the cell was compiled')
}

it('twice as many shared values are twice the work, not its square', () => {
  const [small, large] = [nodesReadByStaging(sharedChain(9)), nodesReadByStaging(sharedChain(18))]
  expect(large).toBeLessThan(2.1 * small)
})

it.each([
  ['2,000 values that are each shared', sharedChain(2000), 2002],
  ['a sum of 3,000 terms', sum(3000), 3000],
  ['a product of 3,000 factors', `h' = W x${' * h'.repeat(3000)}`, 3000],
  ['a quotient of 3,000 divisors', `h' = W x${' / h'.repeat(3000)}`, 3000],
  ['900 matrices that read one vector', `h' = W x${Array.from({ length: 900 }, (_, i) => ` + U${i} h`).join('')}`, 900],
  ['600 deep nests', `h' = W x${` + ${'('.repeat(40)}tanh(h)${')'.repeat(40)}`.repeat(600)}`, 600],
])('%s are compiled, described and typeset', (_, text, leastNodes) => {
  const program = compileCell(text, 'test')
  expect(program.forward.ir.nodes.length).toBeGreaterThan(leastNodes)
  const bound = 100 * text.length
  expect(describeCell(program, { I: 1, H: 8 }).length).toBeLessThan(bound)
  expect(cellToLatex(parseCell(text, 'test')).join('').length).toBeLessThan(bound)
})

it('a sum of 3,000 terms comes to what it says', () => {
  const cell = compileCell(sum(3000), 'test')
  const values = new Map<number, NodeValue>()
  const inputs = {
    batch: 1,
    sizes: { I: 1, H: 1 },
    parameters: () => Float64Array.of(7),
    input: Float64Array.of(2),
    states: [Float64Array.of(0.5)],
  }
  evaluateNodes(
    cell,
    inputs,
    Array.from({ length: cell.forward.newStates[0]! + 1 }, (_, id) => id),
    values,
  )
  expect(values.get(cell.forward.newStates[0]!)).toEqual(Float64Array.of(7 * 2 + 3000 * 0.5))
})

it('a thread with a small stack compiles them too', async () => {
  const passes = new URL('../../../shared/compiler/passes.ts', import.meta.url).href
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     import(${JSON.stringify(passes)}).then(({ compileCell }) =>
       parentPort.postMessage(workerData.map((text) => compileCell(text, 'test').states)))`,
    {
      eval: true,
      resourceLimits: { stackSizeMb: 0.5 },
      workerData: [sharedChain(2000), sum(3000), between('(', 98, 'W x', ')')],
    },
  )
  const answer = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
  await worker.terminate()
  expect(answer).toEqual([['h'], ['h'], ['h']])
})

it.each([
  ['parentheses', between('(', 10_000, 'x', ')')],
  ['open parentheses', between('(', 10_000, 'x')],
  ['signs', between('-', 10_000, 'h')],
  ['matrices', between('A ', 10_000, 'h')],
  ['functions', between('tanh(', 10_000, 'h', ')')],
  ['sums within sums', between('h + (', 10_000, 'h', ')')],
  ['divisors within divisors', between('h / (', 10_000, 'h', ')')],
  ['all of them', between('-A (tanh(', 5_000, 'h', '))')],
])('thousands of %s within one another are told with their place and the bound', (_, text) => {
  const error = complaintOf(text)
  expect(error.code).toBe('cell-syntax')
  expect(error.message).toMatch(
    /^my-cell, line 1, column \d+: The expression is nested too deeply\. Expected at most 100/,
  )
})

it.each([
  ['a text', `# ${'long '.repeat(20_000)}\nh' = W x`, /line 1, column 1: .*at most 65536 characters, found 1000/],
  ['a name', `${'a'.repeat(101)} = W x\nh' = h`, /line 1, column 1: This name is too long. Expected at most 100/],
  [
    'the parameters',
    `h' = W x\n${Array.from({ length: 1100 }, (_, i) => `  + b_${i}`).join(' ')}`.replace('\n', ' '),
    /line 1, column \d+: .*at most 1000 matrices and vectors, found `b_999`/,
  ],
  ['the values', `a = W x\nb = a${' + h'.repeat(11_000)}\nh' = b`, /line 2, column 1: .*at most 10000.*with `b`/],
  ['an expression in a message', `h' = W x\nk' = x${' + x'.repeat(9000)}`, /found `\({50,}.{1,120}…` \[I\]/],
])('%s that is too long is told with its bound', (_, text, message) => {
  const error = complaintOf(text)
  expect(error.message).toMatch(message)
  expect(error.message.length).toBeLessThan(500)
  expect(error.detail.location).toBeDefined()
})

it('a line of a million characters is cut into tokens without being copied for each', () => {
  expect(tokenizeLine('h + '.repeat(250_000), 1, 'test')).toHaveLength(500_001)
})
