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

export class StepWriter {
  readonly lines: string[] = []
  /** What the text calls. */
  readonly functions = new Set<WgslFunctionName>()
  readonly #plan: RecurrencePlan
  readonly #nodes
  /** Vectors of four rows. */
  readonly #quads: readonly number[]
  /** Vectors of parameters that the text reads, in the order of their variables. */
  readonly #vectors: string[] = []
  /** Dimensions whose units the text reads. */
  readonly #dims = new Set<Dim>()

  constructor(plan: RecurrencePlan) {
    this.#plan = plan
    this.#nodes = plan.part.cell.forward.ir.nodes
    this.#quads = range(plan.shape.rows / 4)
  }

  /** Which units of a dimension a worker has. */
  unitsOf(dim: Dim): number[] {
    this.#dims.add(dim)
    return dim === '1' ? [0] : range(Math.ceil(this.#plan.sizes[dim] / this.#plan.workers))
  }

  /** Calls with every pair of a worker's unit and a vector of four rows. */
  each(dim: Dim, write: (unit: number, quad: number) => void): void {
    for (const unit of this.unitsOf(dim)) for (const quad of this.#quads) write(unit, quad)
  }

  /** The name of a node's variable. */
  name(id: NodeId, unit: number, quad: number): string {
    return this.#nodes[id]!.dim === '1' ? `n${id}_${quad}` : `n${id}_${unit}_${quad}`
  }

  /** A node's value as an expression of four rows. */
  value(id: NodeId, unit: number, quad: number): string {
    const node = this.#nodes[id]!
    if (node.kind === 'literal') return constantText(node.value, this.functions)
    if (node.kind === 'size') return constantText(this.#plan.sizes[node.of], this.functions)
    if (node.kind !== 'vector') return this.name(id, unit, quad)
    if (!this.#vectors.includes(node.symbol)) this.#vectors.push(node.symbol)
    const name = `p${this.#vectors.indexOf(node.symbol)}`
    return `vec4f(${node.dim === '1' ? name : `${name}_${unit}`})`
  }

  /** Declares a node's variables. */
  define(id: NodeId, write: (unit: number, quad: number) => string): void {
    this.each(this.dimOf(id), (unit, quad) =>
      this.lines.push(`let ${this.name(id, unit, quad)} = ${write(unit, quad)};`),
    )
  }

  dimOf(id: NodeId): Dim {
    return this.#nodes[id]!.dim ?? '1'
  }

  /** Who this invocation is, and the vectors of parameters that the text reads: what stands before all other text, once that is written. */
  prologue(): string[] {
    const { shape, workers, sizes, weights } = this.#plan
    const vectors = this.#vectors.flatMap((symbol, index) => {
      const first = `weights_base + ${weights.vectors.get(symbol)!.offset / 4}u`
      const [dim] = this.#plan.part.cell.parameters.find((parameter) => parameter.symbol === symbol)!.dims
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
    ]
  }

  /** Four rows of a buffer, given the element's place for each row. */
  load(buffer: string, quad: number, place: (row: number) => string): string {
    return `vec4f(${range(4)
      .map((row) => `${buffer}[${place(quad * 4 + row)}]`)
      .join(', ')})`
  }

  /** Products, sums and pointwise values, in order. */
  stages(stages: readonly Stage[]): void {
    for (const { products, sums, pointwise } of stages) {
      for (const id of products) this.#product(id)
      for (const id of sums) this.#sum(id)
      for (const id of pointwise) {
        const node = this.#nodes[id]!
        if (node.kind !== 'apply' && node.kind !== 'spread') throw new TypeError(`node ${id} is not pointwise`)
        const { sizes } = this.#plan
        this.define(id, (unit, quad) =>
          pointwiseText(node, this.#nodes, sizes, (argument) => this.value(argument, unit, quad), this.functions),
        )
      }
    }
  }

  /** Memory that the stages use. */
  declarations(): string[] {
    const { memory, shape } = this.#plan
    const depths = [...this.#plan.weights.products.values()].map(
      ({ blocks, paddedBlockDepth }) => blocks * paddedBlockDepth,
    )
    const entries = Math.min(memory.exchange, Math.max(0, ...depths))
    return [
      ...(entries > 0 ? [`var<workgroup> exchange: array<vec4f, ${(entries * shape.rows) / 4}>;`] : []),
      ...(memory.scratch > 0 ? [`var<workgroup> scratch: array<vec4f, ${memory.scratch}>;`] : []),
    ]
  }

  /** Sums of products: operands pass through workgroup memory, as many at once as it has room for; weights come in the order of packed-weights.ts. */
  #product(id: NodeId): void {
    const node = this.#nodes[id]!
    if (node.kind !== 'project' && node.kind !== 'backproject') throw new TypeError(`node ${id} is no product`)
    const product = this.#plan.weights.products.get(id)!
    const operands = node.kind === 'project' ? [node.operand] : node.operands
    const sum = (gate: number, unit: number, quad: number): string => `a${id}_${gate}_${unit}_${quad}`
    const sums = range(product.gates).flatMap((gate) =>
      range(product.unitsPerWorker).flatMap((unit) => this.#quads.map((quad) => sum(gate, unit, quad))),
    )
    for (const name of sums) this.lines.push(`var ${name} = vec4f();`)
    for (const [start, end] of windows(product, this.#plan.memory.exchange)) {
      this.lines.push('workgroupBarrier();')
      operands.forEach((operand, block) =>
        this.#exchange(operand, block * product.paddedBlockDepth, product, start, end),
      )
      this.lines.push('workgroupBarrier();')
      this.#multiply(product, start, end, sum)
    }
    this.#addSlices(sums)
    if (node.kind === 'backproject') this.define(id, (unit, quad) => sum(0, unit, quad))
    else
      this.#nodes.forEach((gate, gateId) => {
        if (gate.kind === 'gate' && gate.project === id)
          this.define(gateId, (unit, quad) => sum(gate.index, unit, quad))
      })
  }

  /** Puts an operand's entries, which begin at depth `first`, where they are in the window of depths. */
  #exchange(
    operand: NodeId,
    first: number,
    { blockDepth, paddedBlockDepth }: PackedProduct,
    start: number,
    end: number,
  ): void {
    if (first >= end || first + paddedBlockDepth <= start) return
    const quads = this.#quads.length
    const isWhole = first >= start && first + paddedBlockDepth <= end
    const dim = this.dimOf(operand) as VectorDim
    // Depths are counted from the window's start; a depth before it wraps around and is not under the window's length.
    for (const unit of this.unitsOf(dim)) {
      const depth = first >= start ? plus(`${dim}_${unit}`, first - start) : `${dim}_${unit} - ${start - first}u`
      const isInside = isWhole ? '' : ` && ${depth} < ${end - start}u`
      const puts = this.#quads.map(
        (quad) => `exchange[${this.#exchangePlace(depth, quad)}] = ${this.value(operand, unit, quad)};`,
      )
      this.lines.push(`if (owns_${dim}_${unit}${isInside}) { ${puts.join(' ')} }`)
    }
    const padStart = Math.max(first + blockDepth, start)
    const padEnd = Math.min(first + paddedBlockDepth, end)
    if (padStart < padEnd)
      this.lines.push(
        `for (var e = ${(padStart - start) * quads}u + lane; e < ${(padEnd - start) * quads}u; e += ${this.#plan.shape.invocations}u) { exchange[e] = vec4f(); }`,
      )
  }

  #exchangePlace(depth: string, quad: number): string {
    const quads = this.#quads.length
    return quads === 1 ? depth : plus(`(${depth}) * ${quads}u`, quad)
  }

  #multiply(
    { offset, gates, unitsPerWorker }: PackedProduct,
    start: number,
    end: number,
    sum: (gate: number, unit: number, quad: number) => string,
  ): void {
    const { slices, invocations } = this.#plan.shape
    const sets = range(gates).flatMap((gate) => range(unitsPerWorker).map((unit) => ({ gate, unit })))
    this.lines.push(
      `for (var q = ${start / (4 * slices)}u; q < ${end / (4 * slices)}u; q++) {`,
      `  let k = (q * ${slices}u + slice) * 4u${start === 0 ? '' : ` - ${start}u`};`,
      `  let w = ${plus('weights_base', offset / 4)} + q * ${sets.length * invocations}u + lane;`,
      ...sets.map(({ gate, unit }, index) => `  let w_${gate}_${unit} = weights[${plus('w', index * invocations)}];`),
      ...range(4).flatMap((c) =>
        this.#quads.map(
          (quad) =>
            `  { let x = exchange[${this.#exchangePlace(plus('k', c), quad)}]; ${sets
              .map(
                ({ gate, unit }) =>
                  `${sum(gate, unit, quad)} = fma(vec4f(w_${gate}_${unit}[${c}]), x, ${sum(gate, unit, quad)});`,
              )
              .join(' ')} }`,
        ),
      ),
      '}',
    )
  }

  /** Every slice of a worker gets the sum of all, each in the same order. */
  #addSlices(sums: readonly string[]): void {
    const { slices, subgroups } = this.#plan.shape
    if (slices === 1) return
    if (subgroups)
      for (let distance = 1; distance < slices; distance *= 2)
        for (const name of sums) this.lines.push(`${name} += subgroupShuffleXor(${name}, ${distance}u);`)
    else
      for (const name of sums) {
        const terms = range(slices).map((slice) => `scratch[${plus('lane - slice', slice)}]`)
        this.lines.push(
          `scratch[lane] = ${name};`,
          'workgroupBarrier();',
          `${name} = ${terms.join(' + ')};`,
          'workgroupBarrier();',
        )
      }
  }

  /** Over all units, in a fixed order: each worker's own, then groups of workers, then the groups. Every invocation gets it. */
  #sum(id: NodeId): void {
    const node = this.#nodes[id]!
    if (node.kind !== 'sum') throw new TypeError(`node ${id} is no sum`)
    const { invocations } = this.#plan.shape
    const { workers } = this.#plan
    const dim = this.dimOf(node.operand)
    if (dim === '1') return this.define(id, (unit, quad) => this.value(node.operand, unit, quad))
    const groupSize = Math.ceil(Math.sqrt(workers))
    const groups = Math.ceil(workers / groupSize)
    for (const quad of this.#quads) {
      const name = this.name(id, 0, quad)
      const own = this.unitsOf(dim).map(
        (unit) => `select(vec4f(), ${this.value(node.operand, unit, quad)}, owns_${dim}_${unit})`,
      )
      this.lines.push(
        `if (slice == 0u) { scratch[worker] = ${own.join(' + ')}; }`,
        'workgroupBarrier();',
        `if (lane < ${groups}u) {`,
        '  var sum = vec4f();',
        `  for (var e = lane * ${groupSize}u; e < min((lane + 1u) * ${groupSize}u, ${workers}u); e++) { sum += scratch[e]; }`,
        `  scratch[${invocations}u + lane] = sum;`,
        '}',
        'workgroupBarrier();',
        `var sum${id}_${quad} = vec4f();`,
        `for (var e = 0u; e < ${groups}u; e++) { sum${id}_${quad} += scratch[${invocations}u + e]; }`,
        'workgroupBarrier();',
        `let ${name} = sum${id}_${quad};`,
      )
    }
  }
}

/** `text + count`, the shorter for 0. */
export const plus = (text: string, count: number): string => (count === 0 ? text : `${text} + ${count}u`)

/** Ranges of depths that memory has room for at once: whole blocks where one fits. */
function windows({ blocks, paddedBlockDepth }: PackedProduct, room: number): [start: number, end: number][] {
  const depth = blocks * paddedBlockDepth
  const found: [number, number][] = []
  const step = room >= paddedBlockDepth ? Math.floor(room / paddedBlockDepth) * paddedBlockDepth : room
  for (let start = 0; start < depth; start += step) found.push([start, Math.min(start + step, depth)])
  return found
}
