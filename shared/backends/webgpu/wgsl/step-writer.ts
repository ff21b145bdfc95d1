/**
 * One step of a recurrence as text, there or back: a plan enters; loads, products, sums and pointwise values of the step's stages leave, in the
 * order of the stages. Node 7's value of a worker's unit u, rows 4v to 4v + 3, is the variable `n7_u_v`, one number's is `n7_v`. Every slice
 * of a worker has it, so that no value passes through memory but the operands of products, which other workers read, and sums.
 */
import type { Dim, NodeId, VectorDim } from '../../../compiler/ir.ts'
import type { Stage } from '../../../compiler/stage.ts'
import type { WgslFunctionName } from './functions.ts'
import type { PackedProduct } from './packed-weights.ts'
import { constantText, pointwiseText } from './pointwise.ts'
import type { RecurrencePlan } from './recurrence-plan.ts'

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** Operands of products, and what adding over invocations takes. */
export interface WorkgroupMemory {
  readonly exchange: number
  readonly scratch: number
}

/** A worker's value in rows. */
export interface RowColumn {
  /** Floats of a row. */
  readonly width: number
  readonly column: number
  readonly dim: Dim
  readonly unit: number
}

/** A row of a workgroup, and where its values are: entry `entry` of the vector of four `quad`. */
export interface RowEntry {
  readonly row: number
  readonly quad: number
  readonly entry: number
}

export class StepWriter {
  /** What the text calls. */
  readonly functions = new Set<WgslFunctionName>()
  readonly #plan: RecurrencePlan
  readonly #nodes
  /** Vectors of four rows. */
  readonly #quads: readonly number[]
  /** By project. */
  readonly #gates: ReadonlyMap<NodeId, readonly ProductResult[]>
  /** Vectors of parameters that the text reads, in the order of their variables. */
  readonly #vectors = new Map<string, number>()
  /** Dimensions whose units the text reads. */
  readonly #dims = new Set<Dim>()
  /** Loads of the weights that stay in registers. */
  readonly #kept: string[] = []
  #keptCount = 0

  constructor(plan: RecurrencePlan) {
    this.#plan = plan
    this.#nodes = plan.part.cell.forward.ir.nodes
    this.#quads = range(plan.shape.rows / 4)
    const gates = new Map<NodeId, ProductResult[]>()
    this.#nodes.forEach((node, id) => {
      if (node.kind !== 'gate') return
      gates.set(node.project, [...(gates.get(node.project) ?? []), { node: id, gate: node.index }])
    })
    this.#gates = gates
  }

  /** Which units of a dimension a worker has. */
  unitsOf(dim: Dim): number[] {
    this.#dims.add(dim)
    return dim === '1' ? [0] : range(Math.ceil(this.#plan.sizes[dim] / this.#plan.workers))
  }

  /** For every pair of a worker's unit and a vector of four rows. */
  each(dim: Dim, write: (unit: number, quad: number) => string): string[] {
    return this.unitsOf(dim).flatMap((unit) => this.#quads.map((quad) => write(unit, quad)))
  }

  /** The name of a node's variable. */
  #name(id: NodeId, unit: number, quad: number): string {
    return this.#nodes[id]!.dim === '1' ? `n${id}_${quad}` : `n${id}_${unit}_${quad}`
  }

  /** A node's value as an expression of four rows. */
  value(id: NodeId, unit: number, quad: number): string {
    const node = this.#nodes[id]!
    if (node.kind === 'literal') return constantText(node.value, this.functions)
    if (node.kind === 'size') return constantText(this.#plan.sizes[node.of], this.functions)
    if (node.kind !== 'vector') return this.#name(id, unit, quad)
    const index = this.#vectors.get(node.symbol) ?? this.#vectors.size
    this.#vectors.set(node.symbol, index)
    const name = `p${index}`
    return `vec4f(${node.dim === '1' ? name : `${name}_${unit}`})`
  }

  /** Declares a node's variables. */
  define(id: NodeId, write: (unit: number, quad: number) => string): string[] {
    return this.each(this.dimOf(id), (unit, quad) => `let ${this.#name(id, unit, quad)} = ${write(unit, quad)};`)
  }

  dimOf(id: NodeId): Dim {
    return this.#nodes[id]!.dim ?? '1'
  }

  /** Who this invocation is, and the parameters that stay in registers: what stands before all other text, once that is written. */
  prologue(): string[] {
    const { shape, workers, sizes, weights } = this.#plan
    const dims = new Map(this.#plan.part.cell.parameters.map((parameter) => [parameter.symbol, parameter.dims[0]]))
    const vectors = [...this.#vectors].flatMap(([symbol, index]) => {
      const first = `weights_base + ${weights.vectors.get(symbol)!.offset / 4}u`
      const dim = dims.get(symbol)
      if (dim === undefined) return [`let p${index} = weights[${first}].x;`]
      return this.unitsOf(dim).map((unit) => {
        const at = `${dim}_${unit}`
        return `let p${index}_${unit} = weights[${first} + ${at} / 4u][${at} % 4u]; // ${symbol}`
      })
    })
    const units = (['H', 'I'] as const).flatMap((dim) => {
      if (!this.#dims.has(dim)) return []
      return this.unitsOf(dim).flatMap((unit) => {
        const own = plus('worker', unit * workers)
        return [
          `let ${dim}_${unit} = min(${own}, ${sizes[dim] - 1}u);`,
          `let owns_${dim}_${unit} = slice == 0u && ${own} < ${sizes[dim]}u;`,
        ]
      })
    })
    return [
      `let worker = lane / ${shape.slices}u;`,
      `let slice = lane % ${shape.slices}u;`,
      ...units,
      ...range(shape.rows).flatMap((row) => {
        const own = plus(`group.x * ${shape.rows}u`, row)
        return [`let row_${row} = min(${own}, call.batch - 1u);`, `let has_${row} = ${own} < call.batch;`]
      }),
      ...vectors,
      ...this.#kept,
    ]
  }

  /** The place of a value in rows [T, B, width], at the step's `at_ROW`. */
  place(buffer: string, { width, column, dim, unit }: RowColumn, row: number): string {
    const first = plus(`${buffer}_base + at_${row} * ${width}u`, column)
    return dim === '1' ? first : `${first} + ${dim}_${unit}`
  }

  /** Four rows of a buffer, given the element's place for each row. */
  load(buffer: string, quad: number, place: (row: number) => string): string {
    const entries = range(4).map((row) => `${buffer}[${place(quad * 4 + row)}]`)
    return `vec4f(${entries.join(', ')})`
  }

  /** Statements for each row that there is, done by who owns the unit. @param write is told which vector of four the row is in, and which entry it is */
  store(dim: Dim, write: (unit: number, row: RowEntry) => readonly string[]): string[] {
    return this.unitsOf(dim).flatMap((unit) => [
      `if (${dim === '1' ? 'lane == 0u' : `owns_${dim}_${unit}`}) {`,
      ...range(this.#plan.shape.rows).flatMap((row) => [
        `  if (has_${row}) {`,
        ...write(unit, { row, quad: Math.floor(row / 4), entry: row % 4 }).map((statement) => `    ${statement}`),
        '  }',
      ]),
      '}',
    ])
  }

  /** Products, sums and pointwise values, in order. */
  stages(stages: readonly Stage[]): string[] {
    return stages.flatMap(({ products, sums, pointwise }) => [
      ...products.flatMap((id) => this.#product(id)),
      ...sums.flatMap((id) => this.#sum(id)),
      ...pointwise.flatMap((id) => this.#pointwise(id)),
    ])
  }

  /** Workgroup memory that the part's stages use, there and back, in vectors of four. */
  memory(): WorkgroupMemory {
    const { memory, shape, weights } = this.#plan
    const depths = [...weights.products.values()].map(({ blocks, paddedBlockDepth }) => blocks * paddedBlockDepth)
    const entries = Math.min(memory.exchange, Math.max(0, ...depths))
    return { exchange: (entries * shape.rows) / 4, scratch: memory.scratch }
  }

  #pointwise(id: NodeId): string[] {
    const node = this.#nodes[id]!
    if (node.kind !== 'apply' && node.kind !== 'spread') throw new TypeError(`node ${id} is not pointwise`)
    return this.define(id, (unit, quad) =>
      pointwiseText(
        node,
        this.#nodes,
        this.#plan.sizes,
        (argument) => this.value(argument, unit, quad),
        this.functions,
      ),
    )
  }

  /** Sums of products: operands pass through workgroup memory, as many at once as it has room for; weights come in the order of packed-weights.ts. */
  #product(id: NodeId): string[] {
    const node = this.#nodes[id]!
    if (node.kind !== 'project' && node.kind !== 'backproject') throw new TypeError(`node ${id} is no product`)
    const product = this.#plan.weights.products.get(id)!
    const operands = node.kind === 'project' ? [node.operand] : node.operands
    const sum = (gate: number, unit: number, quad: number): string => `a${id}_${gate}_${unit}_${quad}`
    const sums = range(product.gates).flatMap((gate) =>
      range(product.unitsPerWorker).flatMap((unit) => this.#quads.map((quad) => sum(gate, unit, quad))),
    )
    return [
      ...sums.map((name) => `var ${name} = vec4f();`),
      ...windows(product, this.#plan.memory.exchange).flatMap((window) => [
        'workgroupBarrier();',
        ...operands.flatMap((operand, block) => this.#exchange(operand, block, product, window)),
        'workgroupBarrier();',
        ...this.#multiply(id, product, window, sum),
      ]),
      ...this.#addSlices(sums),
      ...this.#resultsOf(id).flatMap(({ node: result, gate }) =>
        this.define(result, (unit, quad) => sum(gate, unit, quad)),
      ),
    ]
  }

  /** The nodes whose values a product makes: a project's gates, or the backproject itself. */
  #resultsOf(id: NodeId): readonly ProductResult[] {
    return this.#nodes[id]!.kind === 'backproject' ? [{ node: id, gate: 0 }] : (this.#gates.get(id) ?? [])
  }

  /** Puts the entries of an operand, which is one of the blocks, where they are in the window. */
  #exchange(operand: NodeId, block: number, { blockDepth, paddedBlockDepth }: PackedProduct, window: Window): string[] {
    const { start, end } = window
    const first = block * paddedBlockDepth
    if (first >= end || first + paddedBlockDepth <= start) return []
    const quads = this.#quads.length
    const isWhole = first >= start && first + paddedBlockDepth <= end
    const dim = this.dimOf(operand) as VectorDim
    const puts = this.unitsOf(dim).map((unit) => {
      // Depths are counted from the window's start; one before it wraps around and is not under the window's length.
      const depth = first >= start ? plus(`${dim}_${unit}`, first - start) : `${dim}_${unit} - ${start - first}u`
      const isInside = isWhole ? '' : ` && ${depth} < ${end - start}u`
      const entries = this.#quads.map(
        (quad) => `exchange[${this.#exchangePlace(depth, quad)}] = ${this.value(operand, unit, quad)};`,
      )
      return `if (owns_${dim}_${unit}${isInside}) { ${entries.join(' ')} }`
    })
    const padStart = (Math.max(first + blockDepth, start) - start) * quads
    const padEnd = (Math.min(first + paddedBlockDepth, end) - start) * quads
    if (padStart >= padEnd) return puts
    const step = this.#plan.shape.invocations
    return [...puts, `for (var e = ${padStart}u + lane; e < ${padEnd}u; e += ${step}u) { exchange[e] = vec4f(); }`]
  }

  #exchangePlace(depth: string, quad: number): string {
    const quads = this.#quads.length
    return quads === 1 ? depth : plus(`(${depth}) * ${quads}u`, quad)
  }

  /** Adds a window's terms. The first weights of a part stay in registers over all steps, the others come anew each step. */
  #multiply(
    id: NodeId,
    { offset, gates, unitsPerWorker }: PackedProduct,
    { start, end }: Window,
    sum: (gate: number, unit: number, quad: number) => string,
  ): string[] {
    const { slices, invocations, keptVectors } = this.#plan.shape
    const sets = range(gates).flatMap((gate) => range(unitsPerWorker).map((unit) => ({ gate, unit })))
    const [firstTurn, lastTurn] = [start / (4 * slices), end / (4 * slices)]
    const depthOf = (turn: string): string => `(${turn} * ${slices}u + slice) * 4u${start === 0 ? '' : ` - ${start}u`}`
    const weightAt = (turn: string): string =>
      `${plus('weights_base', offset / 4)} + ${turn} * ${sets.length * invocations}u + lane`
    const addTerms = (weight: (gate: number, unit: number) => string): string[] =>
      range(4).flatMap((c) =>
        this.#quads.map((quad) => {
          const terms = sets.map(({ gate, unit }) => {
            const name = sum(gate, unit, quad)
            return `${name} = fma(vec4f(${weight(gate, unit)}[${c}]), x, ${name});`
          })
          return `  { let x = exchange[${this.#exchangePlace(plus('k', c), quad)}]; ${terms.join(' ')} }`
        }),
      )
    const lines: string[] = []
    let turn = firstTurn
    for (; turn < lastTurn && this.#keptCount + sets.length <= keptVectors; turn++) {
      this.#keptCount += sets.length
      const name = (gate: number, unit: number): string => `k${id}_${turn}_${gate}_${unit}`
      sets.forEach(({ gate, unit }, index) =>
        this.#kept.push(`let ${name(gate, unit)} = weights[${plus(weightAt(`${turn}u`), index * invocations)}];`),
      )
      lines.push('{', `  let k = ${depthOf(`${turn}u`)};`, ...addTerms(name), '}')
    }
    if (turn === lastTurn) return lines
    return [
      ...lines,
      `for (var q = ${turn}u; q < ${lastTurn}u; q++) {`,
      `  let k = ${depthOf('q')};`,
      `  let w = ${weightAt('q')};`,
      ...sets.map(({ gate, unit }, index) => `  let w_${gate}_${unit} = weights[${plus('w', index * invocations)}];`),
      ...addTerms((gate, unit) => `w_${gate}_${unit}`),
      '}',
    ]
  }

  /** Every slice of a worker gets the sum of all, each in the same order. */
  #addSlices(sums: readonly string[]): string[] {
    const { slices, subgroups } = this.#plan.shape
    if (slices === 1) return []
    if (subgroups)
      return range(Math.log2(slices)).flatMap((bit) =>
        sums.map((name) => `${name} += subgroupShuffleXor(${name}, ${2 ** bit}u);`),
      )
    const terms = range(slices).map((slice) => `scratch[${plus('lane - slice', slice)}]`)
    return sums.flatMap((name) => [
      `scratch[lane] = ${name};`,
      'workgroupBarrier();',
      `${name} = ${terms.join(' + ')};`,
      'workgroupBarrier();',
    ])
  }

  /** Over all units, in a fixed order: each worker's own, then groups of workers, then the groups. Every invocation gets it. */
  #sum(id: NodeId): string[] {
    const node = this.#nodes[id]!
    if (node.kind !== 'sum') throw new TypeError(`node ${id} is no sum`)
    const { shape, workers } = this.#plan
    const dim = this.dimOf(node.operand)
    if (dim === '1') return this.define(id, (unit, quad) => this.value(node.operand, unit, quad))
    const groupSize = Math.ceil(Math.sqrt(workers))
    const groups = Math.ceil(workers / groupSize)
    return this.#quads.flatMap((quad) => {
      const total = `sum${id}_${quad}`
      const own = this.unitsOf(dim).map(
        (unit) => `select(vec4f(), ${this.value(node.operand, unit, quad)}, owns_${dim}_${unit})`,
      )
      return [
        `if (slice == 0u) { scratch[worker] = ${own.join(' + ')}; }`,
        'workgroupBarrier();',
        `if (lane < ${groups}u) {`,
        '  var sum = vec4f();',
        `  for (var e = lane * ${groupSize}u; e < min((lane + 1u) * ${groupSize}u, ${workers}u); e++) { sum += scratch[e]; }`,
        `  scratch[${shape.invocations}u + lane] = sum;`,
        '}',
        'workgroupBarrier();',
        `var ${total} = vec4f();`,
        `for (var e = 0u; e < ${groups}u; e++) { ${total} += scratch[${shape.invocations}u + e]; }`,
        'workgroupBarrier();',
        `let ${this.#name(id, 0, quad)} = ${total};`,
      ]
    })
  }
}

interface ProductResult {
  readonly node: NodeId
  readonly gate: number
}

/** Depths of a product's operands that workgroup memory has at once: `start` to the one before `end`. */
interface Window {
  readonly start: number
  readonly end: number
}

/** Whole blocks where one fits. */
function windows({ blocks, paddedBlockDepth }: PackedProduct, room: number): Window[] {
  const depth = blocks * paddedBlockDepth
  const size = room >= paddedBlockDepth ? Math.floor(room / paddedBlockDepth) * paddedBlockDepth : room
  return range(Math.ceil(depth / size)).map((index) => ({
    start: index * size,
    end: Math.min((index + 1) * size, depth),
  }))
}

/** `text + count`, the shorter for 0. */
export const plus = (text: string, count: number): string => (count === 0 ? text : `${text} + ${count}u`)
