/**
 * A part's plan: which buffers it needs, which products and fused kernels each stage runs, and where every value stands. Made
 * from the cell's stages and the part's sizes; addresses come later (part-buffers.ts).
 *
 * Buffers by name: `x` inputs, `s0` `n0` a state before and after the step, `v:b` a vector, `pre1` `c6` values of project 1 or 6,
 * `saved11` `temp11` forward values, `d0` `e0` adjoint of a state after and before the step, `D6` adjoints of project 6's gates,
 * `b51` value of backproject 51, `bt40` backward values, `V35` adjoints summed for a vector, `R10` recomputed operands,
 * `E` adjoint of x from inside the step.
 */
import { argumentsOf, matrixText, type Dim, type MatrixUse, type NodeId } from '../../compiler/ir.ts'
import type { MatrixGradient } from '../../compiler/differentiate.ts'
import type { CellProgram } from '../../compiler/passes.ts'
import type { Stage } from '../../compiler/stage.ts'
import type { Part } from '../../networks/network.ts'
import type { Place, PointwisePlan } from './pointwise.ts'
import type { Tile } from './products.ts'

/**
 * How many rows a buffer has: one; B; some steps of one thread's rows (`block`, see part-buffers.ts); the B rows of a segment's steps; T * B; (T + 1) * B.
 */
export type Extent = 'one' | 'step' | 'block' | 'segment' | 'sequence' | 'history'

export interface BufferPlan {
  /** Floats from one row to the next. */
  readonly width: number
  readonly extent: Extent
}

/** c = operand times packed weights. */
export interface ProductPlan {
  readonly project: NodeId
  readonly operand: Place
  /** `forward` packs [K, gates * out]; `backward` packs [gates * out, in]. */
  readonly direction: 'forward' | 'backward'
  readonly target: string
}

/** The sum of an operand's first `size` columns, one number a row. */
export interface SumPlan {
  readonly operand: Place
  readonly size: number
  readonly target: Place
}

export interface StagePlan {
  readonly products: readonly ProductPlan[]
  readonly sums: readonly SumPlan[]
  readonly kernels: readonly PointwisePlan[]
}

/** A project's sizes, padded and not. */
export interface ProjectPlan {
  readonly project: NodeId
  readonly matrices: readonly MatrixUse[]
  /** Logical sizes of one matrix as it is used. */
  readonly outSize: number
  readonly inSize: number
  /** Columns from one gate to the next. */
  readonly gateStride: number
  /** The weights in panels for c = operand * W^T, and for the adjoint of the operand. */
  readonly packing: Readonly<Record<'forward' | 'backward', Packing>>
  /** Reads x itself: done for several steps at once. */
  readonly isPre: boolean
  readonly operandIsInput: boolean
  /** Where the operand of the matrices' gradient stands in the backward pass. */
  readonly gradientOperand: Place
  /** No gradient is wanted. */
  readonly isFrozen: boolean
}

/** Weights [panels, depth, tile columns]. */
export interface Packing {
  readonly panels: number
  readonly depth: number
}

export interface PartPlan {
  readonly buffers: ReadonlyMap<string, BufferPlan>
  readonly projects: readonly ProjectPlan[]
  readonly forward: readonly StagePlan[]
  readonly backward: readonly StagePlan[]
  /** Where the rows to be summed for each vector's gradient stand. */
  readonly vectorSums: readonly { readonly symbol: string; readonly place: Place; readonly size: number }[]
  readonly inputAdjoint: boolean
  readonly inputSize: number
  readonly units: number
  /** The first states, which are the output. */
  readonly outputCount: number
  /** Floats from one row of a state to the next. */
  readonly stateFloats: number
}

export const padTo = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple

const CACHE_LINE_FLOATS = 16
/** A value of dimension 1 is kept in as many equal floats as make a vector: no kernel must spread it. */
export const NUMBER_FLOATS = 4

/**
 * Floats from one row to the next for rows of `size`: an odd number of cache lines once there are several, as rows that are a power of
 * two apart would all fall into the same few sets of the cache.
 */
export function rowFloats(size: number): number {
  if (size < 4 * CACHE_LINE_FLOATS) return padTo(size, 4)
  const lines = Math.ceil(size / CACHE_LINE_FLOATS)
  return (lines % 2 === 0 ? lines + 1 : lines) * CACHE_LINE_FLOATS
}

/** Parts are told apart by a prefix to their kernels' names. */
export function planPart(part: Part, inputRowBytes: number, tile: Tile, prefix: string): PartPlan {
  const { cell } = part
  const { nodes } = cell.forward.ir
  const size = { I: part.inputSize, H: part.units, 1: 1 }
  const padded = { I: padTo(part.inputSize, 4), H: padTo(part.units, 4), 1: NUMBER_FLOATS }
  const buffers = new Map<string, BufferPlan>()
  const place = (name: string, extent: Extent, width: number, column = 0): Place => {
    const floats = rowFloats(width)
    if (name !== 'x') buffers.set(name, { width: floats, extent })
    return { buffer: name, column, rowBytes: extent === 'one' ? 0 : name === 'x' ? inputRowBytes : floats * 4 }
  }
  const widthOf = (id: NodeId): number => padded[nodes[id]!.dim ?? 'H']
  const saved = new Set(cell.stages.saved)
  const pre = new Set(cell.stages.preProjects)
  const projectIds = new Set([
    ...cell.backward.matrixGradients.map(({ project }) => project),
    ...cell.stages.preProjects,
    ...cell.stages.forwardStages.flatMap(({ products }) => products),
  ])

  const gateWidth = (project: NodeId): number => {
    const node = nodes[project]!
    if (node.kind !== 'project') throw new TypeError('a gate reads a project')
    return padTo(node.matrices.length * padded[node.dim], tile.columns)
  }
  /** Places of values that both passes read alike. */
  const leafPlace = (id: NodeId): Place | null => {
    const node = nodes[id]!
    switch (node.kind) {
      case 'input':
        return place('x', 'sequence', padded.I)
      case 'state':
        return place(`s${node.state}`, 'history', padded.H)
      case 'vector':
        return place(`v:${node.symbol}`, 'one', padded[node.dim])
      default:
        return null
    }
  }
  const gatePlace = (id: NodeId): Place => {
    const node = nodes[id]!
    if (node.kind !== 'gate') throw new TypeError('not a gate')
    const [name, extent]: [string, Extent] = pre.has(node.project)
      ? [`pre${node.project}`, 'block']
      : [`c${node.project}`, 'step']
    return place(name, extent, gateWidth(node.project), node.index * padded[node.dim])
  }
  const forwardPlace = (id: NodeId): Place => {
    const node = nodes[id]!
    if (node.kind === 'gate') return gatePlace(id)
    return (
      leafPlace(id) ??
      (saved.has(id) ? place(`saved${id}`, 'sequence', widthOf(id)) : place(`temp${id}`, 'step', widthOf(id)))
    )
  }
  const isOperandInBackward = new Set(cell.backward.matrixGradients.map(({ operand }) => operand))
  const backwardPlace = (id: NodeId): Place => {
    const node = nodes[id]!
    if (saved.has(id)) return place(`saved${id}`, 'sequence', widthOf(id))
    if (node.kind === 'state-adjoint') return place(`d${node.state}`, 'step', padded.H)
    if (node.kind === 'backproject') return place(`b${id}`, 'step', padTo(padded[node.dim], tile.columns))
    if (isOperandInBackward.has(id) && node.kind === 'apply') return place(`R${id}`, 'segment', widthOf(id))
    return leafPlace(id) ?? place(`bt${id}`, 'step', widthOf(id))
  }
  cell.states.forEach((_, state) => {
    place(`s${state}`, 'history', padded.H)
    place(`n${state}`, 'history', padded.H)
    place(`d${state}`, 'step', padded.H)
    place(`e${state}`, 'step', padded.H)
  })

  const frozenProjects = new Set(
    cell.backward.matrixGradients.flatMap(({ project, isFrozen }) => (isFrozen ? [project] : [])),
  )
  const projects = [...projectIds].map((project): ProjectPlan => {
    const node = nodes[project]!
    if (node.kind !== 'project') throw new TypeError('not a project')
    const operand = nodes[node.operand]!
    const rows = node.matrices.length * padded[node.dim]
    const inSize = size[operand.dim ?? 'H']
    place(`D${project}`, 'segment', rows)
    return {
      project,
      matrices: node.matrices,
      outSize: size[node.dim],
      inSize,
      packing: {
        forward: { panels: Math.ceil(rows / tile.columns), depth: inSize },
        backward: { panels: Math.ceil(padTo(inSize, 4) / tile.columns), depth: rows },
      },
      gateStride: padded[node.dim],
      isFrozen: frozenProjects.has(project),
      isPre: pre.has(project),
      operandIsInput: operand.kind === 'input',
      gradientOperand: backwardPlace(node.operand),
    }
  })

  const forwardStores = new StoreList()
  cell.forward.newStates.forEach((id, state) => forwardStores.add(id, place(`n${state}`, 'history', padded.H)))
  // A sum is made where it stays.
  for (const id of saved)
    if (nodes[id]!.kind !== 'sum') forwardStores.add(id, place(`saved${id}`, 'sequence', widthOf(id)))
  for (const id of crossing(cell, cell.stages.forwardStages))
    if (!saved.has(id)) forwardStores.add(id, forwardPlace(id))
  const forward = planStages(cell, cell.stages.forwardStages, forwardStores, forwardPlace, size, `${prefix}f`, (id) => {
    const node = nodes[id]!
    if (node.kind !== 'project') throw new TypeError('the forward pass has projects only')
    place(`c${id}`, 'step', gateWidth(id))
    return { project: id, operand: forwardPlace(node.operand), direction: 'forward', target: `c${id}` }
  })

  const backwardStores = new StoreList()
  const gradientPlaces = new Map<NodeId, Place>()
  for (const { project, adjoints } of cell.backward.matrixGradients) {
    const node = nodes[project]!
    adjoints.forEach((id, gate) => {
      const stride = padded[node.dim ?? 'H']
      const target = place(`D${project}`, 'segment', adjoints.length * stride, gate * stride)
      backwardStores.add(id, target, node.dim ?? 'H')
      if (id !== null) gradientPlaces.set(id, target)
    })
  }
  cell.backward.stateAdjoints.forEach((id, state) => backwardStores.add(id, place(`e${state}`, 'step', padded.H), 'H'))
  if (cell.backward.inputAdjoint !== null)
    backwardStores.add(cell.backward.inputAdjoint, place('E', 'segment', padded.I))
  const dimOf = new Map<string, Dim>(cell.parameters.map(({ symbol, dims }) => [symbol, dims[0] ?? '1']))
  const vectorSums = cell.backward.vectorGradients.map(({ symbol, adjoint }) => {
    let target = gradientPlaces.get(adjoint)
    if (!target) {
      target = place(`V${adjoint}`, 'segment', widthOf(adjoint))
      gradientPlaces.set(adjoint, target)
      backwardStores.add(adjoint, target)
    }
    return { symbol, place: target, size: size[dimOf.get(symbol)!] }
  })
  const backwardComputed = new Set(cell.stages.backwardStages.flatMap(({ pointwise }) => pointwise))
  for (const id of isOperandInBackward) if (backwardComputed.has(id)) backwardStores.add(id, backwardPlace(id))
  for (const id of crossing(cell, cell.stages.backwardStages))
    if (!isOperandInBackward.has(id)) backwardStores.add(id, backwardPlace(id))
  /** Tells a backproject by its terms: the gates of its project that lead somewhere. */
  const termsOf = (matrices: readonly MatrixUse[], adjoints: readonly (NodeId | null)[]): string =>
    matrices
      .flatMap((matrix, gate) => (adjoints[gate] === null ? [] : [`${matrixText(matrix)} ${adjoints[gate]}`]))
      .join()
  const gradientOf = new Map<string, MatrixGradient>()
  for (const gradient of cell.backward.matrixGradients) {
    const terms = termsOf(gradient.matrices, gradient.adjoints)
    if (!gradientOf.has(terms)) gradientOf.set(terms, gradient)
  }
  const backward = planStages(
    cell,
    cell.stages.backwardStages,
    backwardStores,
    backwardPlace,
    size,
    `${prefix}b`,
    (id) => {
      const node = nodes[id]!
      if (node.kind !== 'backproject') throw new TypeError('the backward pass has backprojects only')
      const gradient = gradientOf.get(termsOf(node.matrices, node.operands))!
      backwardPlace(id)
      const width = gradient.adjoints.length * padded[nodes[gradient.project]!.dim ?? 'H']
      return {
        project: gradient.project,
        operand: place(`D${gradient.project}`, 'segment', width),
        direction: 'backward',
        target: `b${id}`,
      }
    },
  )
  return {
    buffers,
    projects,
    forward,
    backward,
    vectorSums,
    inputAdjoint: cell.backward.inputAdjoint !== null,
    inputSize: size.I,
    units: size.H,
    outputCount: cell.outputCount,
    stateFloats: rowFloats(padded.H),
  }
}

/** What must be stored where. */
class StoreList {
  readonly entries: { node: NodeId | null; place: Place; dim: Dim | null }[] = []

  add(node: NodeId | null, place: Place, dim: Dim | null = null): void {
    this.entries.push({ node, place, dim })
  }
}

/** Nodes computed in one stage and read in a later one, by a product or sum, or by values of another dimension. */
function crossing(cell: CellProgram, stages: readonly Stage[]): NodeId[] {
  const { nodes } = cell.forward.ir
  const stageOf = new Map(stages.flatMap(({ pointwise }, index) => pointwise.map((id) => [id, index] as const)))
  const crossed = new Set<NodeId>()
  stages.forEach(({ products, sums, pointwise }, index) => {
    for (const id of pointwise)
      for (const arg of argumentsOf(nodes[id]!)) {
        const stage = stageOf.get(arg)
        if (stage !== undefined && (stage < index || nodes[arg]!.dim !== nodes[id]!.dim)) crossed.add(arg)
      }
    for (const id of [...products, ...sums]) {
      const node = nodes[id]!
      if ((node.kind === 'project' || node.kind === 'sum') && stageOf.has(node.operand)) crossed.add(node.operand)
    }
  })
  return [...crossed]
}

function planStages(
  cell: CellProgram,
  stages: readonly Stage[],
  stores: StoreList,
  placeOf: (id: NodeId) => Place,
  size: Readonly<Record<Dim, number>>,
  prefix: string,
  planProduct: (id: NodeId) => ProductPlan,
): StagePlan[] {
  const { nodes } = cell.forward.ir
  const availableAt = new Map<NodeId, number>()
  stages.forEach(({ products, sums, pointwise }, index) => {
    for (const id of [...products, ...sums, ...pointwise]) availableAt.set(id, index)
  })
  // Copies of values that are there from the start are made before the first products, which may read them.
  const hasPrologue = (stages[0]?.products.length ?? 0) > 0 || (stages[0]?.sums.length ?? 0) > 0
  const first = hasPrologue ? -1 : 0
  const stageOfStore = (node: NodeId | null): number => {
    if (node === null) return first
    const source = nodes[node]!
    return availableAt.get(source.kind === 'gate' ? source.project : node) ?? first
  }
  const entriesOf = new Map<string, StoreList['entries']>()
  for (const entry of stores.entries) {
    const key = `${stageOfStore(entry.node)} ${entry.dim ?? nodes[entry.node!]!.dim}`
    const known = entriesOf.get(key)
    if (known) known.push(entry)
    else entriesOf.set(key, [entry])
  }
  const all: { index: number; stage: Stage }[] = stages.map((stage, index) => ({ index, stage }))
  if (hasPrologue || stages.length === 0)
    all.unshift({ index: stages.length === 0 ? 0 : -1, stage: { products: [], sums: [], pointwise: [] } })
  return all.map(({ index, stage }): StagePlan => {
    // Numbers come first: the others may read them.
    const kernels = (['1', 'H', 'I'] as const).flatMap((dim): PointwisePlan[] => {
      const computed = stage.pointwise.filter((id) => nodes[id]!.dim === dim)
      const mine = entriesOf.get(`${index} ${dim}`)
      if (!mine) return []
      const inside = new Set(computed)
      const loads = new Map<NodeId, Place>()
      const numbers = new Map<NodeId, Place>()
      const need = (id: NodeId): void => {
        const node = nodes[id]!
        const wanted = node.dim === '1' && dim !== '1' ? numbers : loads
        if (!inside.has(id) && node.dim !== null && !wanted.has(id)) wanted.set(id, placeOf(id))
      }
      for (const id of computed) argumentsOf(nodes[id]!).forEach(need)
      for (const { node } of mine) if (node !== null) need(node)
      return [
        {
          name: `${prefix}${index + 1}${dim}`,
          size: dim === '1' ? NUMBER_FLOATS : size[dim],
          computed,
          loads,
          numbers,
          sizes: size,
          flushesTiny: prefix.endsWith('b'),
          stores: mine.map(({ node, place }) => ({ node, place })),
        },
      ]
    })
    const sums = stage.sums.map((id): SumPlan => {
      const node = nodes[id]!
      if (node.kind !== 'sum') throw new TypeError('not a sum')
      return { operand: placeOf(node.operand), size: size[nodes[node.operand]!.dim ?? '1'], target: placeOf(id) }
    })
    return { products: stage.products.map(planProduct), sums, kernels }
  })
}
