/**
 * A cell's placement: which value stands in which buffer, and what each stage's products, sums and fused kernels read and store, there and
 * back. Made from the cell's stages alone, the same for every backend and for parts of every size.
 *
 * A backend reads it so. With linear memory (wasm): every buffer is memory of its extent, every product and kernel a call a step. With workgroup
 * memory (WebGPU): a workgroup keeps some series for a chunk of steps; `step` buffers and states stand in its memory or in registers, a stage ends
 * with a barrier, kernels are the products' epilogues, and only `block`, `segment`, `sequence` and `history` are buffers of the device. As a graph
 * (TensorFlow): a stage's values are nodes, `sequence` is what the loop hands to the loop back.
 */
import type { MatrixGradient } from '../../compiler/differentiate.ts'
import { matrixText, type Dim, type IrNode, type MatrixUse, type NodeId } from '../../compiler/ir.ts'
import type { CellProgram } from '../../compiler/passes.ts'
import type {
  BufferMeaning,
  Extent,
  ProductPlacement,
  ProjectPlacement,
  StagePlacement,
  StatePlacement,
  ValueBuffer,
  ValuePlace,
  VectorSumPlacement,
} from './places.ts'
import { placeStages, readLater, type Store } from './stage-placement.ts'

export interface Placement {
  readonly buffers: readonly ValueBuffer[]
  readonly states: readonly StatePlacement[]
  /** The first states, side by side, are the output. */
  readonly outputCount: number
  readonly projects: readonly ProjectPlacement[]
  /** Products of x_t alone: made for many steps at once, before the steps that read them. */
  readonly inputProducts: readonly ProductPlacement[]
  readonly forward: readonly StagePlacement[]
  readonly backward: readonly StagePlacement[]
  readonly vectorSums: readonly VectorSumPlacement[]
  /** Adjoint of x_t from inside the step; null where there is none. */
  readonly inputAdjoint: ValueBuffer | null
}

export function placeCell(cell: CellProgram): Placement {
  const placer = new CellPlacer(cell)
  const states = cell.states.map((_, state) => placer.state(state))
  const projects = placer.projects()
  const forward = placer.forward(states)
  const { stages: backward, vectorSums, inputAdjoint } = placer.backward(states)
  return {
    buffers: placer.buffers,
    states,
    outputCount: cell.outputCount,
    projects,
    inputProducts: cell.stages.preProjects.map((project) => placer.product(project)),
    forward,
    backward,
    vectorSums,
    inputAdjoint,
  }
}

type ProjectNode = Extract<IrNode, { kind: 'project' }>

const first = (buffer: ValueBuffer): ValuePlace => ({ buffer, gate: 0 })

class CellPlacer {
  readonly #cell: CellProgram
  readonly #nodes: readonly IrNode[]
  readonly #buffers = new Map<string, ValueBuffer>()
  readonly #saved: ReadonlySet<NodeId>
  readonly #inputProjects: ReadonlySet<NodeId>
  readonly #gradientOperands: ReadonlySet<NodeId>

  constructor(cell: CellProgram) {
    this.#cell = cell
    this.#nodes = cell.forward.ir.nodes
    this.#saved = new Set(cell.stages.saved)
    this.#inputProjects = new Set(cell.stages.preProjects)
    this.#gradientOperands = new Set(cell.backward.matrixGradients.map(({ operand }) => operand))
  }

  get buffers(): readonly ValueBuffer[] {
    return [...this.#buffers.values()]
  }

  state(state: number): StatePlacement {
    const buffer = (role: StateRole, extent: Extent): ValueBuffer => this.#buffer({ role, state }, extent, 'H')
    return {
      before: buffer('state', 'history'),
      after: buffer('new-state', 'history'),
      adjointAfter: buffer('new-state-adjoint', 'step'),
      adjointBefore: buffer('state-adjoint', 'step'),
    }
  }

  projects(): ProjectPlacement[] {
    const { backward, stages } = this.#cell
    const frozen = new Set(backward.matrixGradients.flatMap(({ project, isFrozen }) => (isFrozen ? [project] : [])))
    const ids = new Set([
      ...backward.matrixGradients.map(({ project }) => project),
      ...stages.preProjects,
      ...stages.forwardStages.flatMap(({ products }) => products),
    ])
    return [...ids].map((project): ProjectPlacement => {
      const { matrices, dim, operand } = this.#project(project)
      return {
        project,
        matrices,
        dim,
        operandDim: this.#dimOf(operand),
        readsInput: this.#inputProjects.has(project),
        gateAdjoints: this.#gateAdjoints(project),
        gradientOperand: this.#backwardPlace(operand),
        isFrozen: frozen.has(project),
      }
    })
  }

  product(project: NodeId): ProductPlacement {
    return {
      project,
      way: 'forward',
      operand: this.#forwardPlace(this.#project(project).operand),
      target: this.#gates(project),
    }
  }

  forward(states: readonly StatePlacement[]): StagePlacement[] {
    const { forward, stages } = this.#cell
    const stores: Store[] = []
    forward.newStates.forEach((id, state) => stores.push({ node: id, place: first(states[state]!.after) }))
    // A sum is made where it stays.
    for (const id of this.#saved)
      if (this.#nodes[id]!.kind !== 'sum') stores.push({ node: id, place: first(this.#savedValue(id)) })
    for (const id of readLater(this.#nodes, stages.forwardStages))
      if (!this.#saved.has(id)) stores.push({ node: id, place: this.#forwardPlace(id) })
    return placeStages('forward', this.#nodes, stages.forwardStages, stores, {
      placeOf: (id) => this.#forwardPlace(id),
      productOf: (id) => this.product(id),
    })
  }

  backward(states: readonly StatePlacement[]): {
    stages: StagePlacement[]
    vectorSums: VectorSumPlacement[]
    inputAdjoint: ValueBuffer | null
  } {
    const { backward, stages } = this.#cell
    const stores: Store[] = []
    const gradientPlaces = new Map<NodeId, ValuePlace>()
    for (const { project, adjoints } of backward.matrixGradients)
      adjoints.forEach((id, gate) => {
        const place = { buffer: this.#gateAdjoints(project), gate }
        stores.push({ node: id, place })
        if (id !== null) gradientPlaces.set(id, place)
      })
    backward.stateAdjoints.forEach((id, state) => stores.push({ node: id, place: first(states[state]!.adjointBefore) }))
    const inputAdjoint = backward.inputAdjoint === null ? null : this.#buffer({ role: 'input-adjoint' }, 'segment', 'I')
    if (inputAdjoint) stores.push({ node: backward.inputAdjoint, place: first(inputAdjoint) })
    const vectorSums = backward.vectorGradients.map(({ symbol, adjoint }): VectorSumPlacement => {
      let place = gradientPlaces.get(adjoint)
      if (!place) {
        place = first(this.#buffer({ role: 'vector-adjoint', node: adjoint }, 'segment', this.#dimOf(adjoint)))
        gradientPlaces.set(adjoint, place)
        stores.push({ node: adjoint, place })
      }
      return { symbol, place }
    })
    const computed = new Set(stages.backwardStages.flatMap(({ pointwise }) => pointwise))
    for (const id of this.#gradientOperands)
      if (computed.has(id)) stores.push({ node: id, place: this.#backwardPlace(id) })
    for (const id of readLater(this.#nodes, stages.backwardStages))
      if (!this.#gradientOperands.has(id)) stores.push({ node: id, place: this.#backwardPlace(id) })
    const projectOf = this.#projectsByTerms()
    return {
      stages: placeStages('backward', this.#nodes, stages.backwardStages, stores, {
        placeOf: (id) => this.#backwardPlace(id),
        productOf: (id): ProductPlacement => {
          const node = this.#nodes[id]!
          if (node.kind !== 'backproject') throw new TypeError('the backward pass has backprojects only')
          const project = projectOf.get(termsOf(node.matrices, node.operands))!
          return {
            project,
            way: 'backward',
            operand: first(this.#gateAdjoints(project)),
            target: this.#backwardPlace(id).buffer,
          }
        },
      }),
      vectorSums,
      inputAdjoint,
    }
  }

  /** Tells a backproject by its terms: the gates of its project that lead somewhere. */
  #projectsByTerms(): Map<string, NodeId> {
    const projects = new Map<string, NodeId>()
    for (const { matrices, adjoints, project } of this.#cell.backward.matrixGradients) {
      const terms = termsOf(matrices, adjoints)
      if (!projects.has(terms)) projects.set(terms, project)
    }
    return projects
  }

  /** Of what the step itself reads: a gate that is saved has a copy besides. */
  #forwardPlace(id: NodeId): ValuePlace {
    const node = this.#nodes[id]!
    if (node.kind === 'gate') return { buffer: this.#gates(node.project), gate: node.index }
    return this.#leafPlace(id) ?? first(this.#saved.has(id) ? this.#savedValue(id) : this.#value('forward-value', id))
  }

  #backwardPlace(id: NodeId): ValuePlace {
    const node = this.#nodes[id]!
    if (this.#saved.has(id)) return first(this.#savedValue(id))
    if (node.kind === 'state-adjoint')
      return first(this.#buffer({ role: 'new-state-adjoint', state: node.state }, 'step', 'H'))
    if (node.kind === 'backproject') return first(this.#value('backproduct', id))
    if (this.#gradientOperands.has(id) && node.kind === 'apply')
      return first(this.#buffer({ role: 'recomputed', node: id }, 'segment', this.#dimOf(id)))
    return this.#leafPlace(id) ?? first(this.#value('backward-value', id))
  }

  /** Of values that both ways read alike. */
  #leafPlace(id: NodeId): ValuePlace | null {
    const node = this.#nodes[id]!
    switch (node.kind) {
      case 'input':
        return first(this.#buffer({ role: 'input' }, 'sequence', 'I'))
      case 'state':
        return first(this.#buffer({ role: 'state', state: node.state }, 'history', 'H'))
      case 'vector':
        return first(this.#buffer({ role: 'vector', symbol: node.symbol }, 'one', node.dim))
      default:
        return null
    }
  }

  #gates(project: NodeId): ValueBuffer {
    const { dim, matrices } = this.#project(project)
    return this.#inputProjects.has(project)
      ? this.#buffer({ role: 'input-product', project }, 'block', dim, matrices.length)
      : this.#buffer({ role: 'product', project }, 'step', dim, matrices.length)
  }

  #gateAdjoints(project: NodeId): ValueBuffer {
    const { dim, matrices } = this.#project(project)
    return this.#buffer({ role: 'gate-adjoints', project }, 'segment', dim, matrices.length)
  }

  #savedValue(node: NodeId): ValueBuffer {
    return this.#buffer({ role: 'saved', node }, 'sequence', this.#dimOf(node))
  }

  #value(role: 'forward-value' | 'backward-value' | 'backproduct', node: NodeId): ValueBuffer {
    return this.#buffer({ role, node }, 'step', this.#dimOf(node))
  }

  /** The buffer of this meaning: made when it is first asked for. */
  #buffer(meaning: BufferMeaning, extent: Extent, dim: Dim, gates = 1): ValueBuffer {
    const name = nameOf(meaning)
    const known = this.#buffers.get(name)
    if (known) return known
    const buffer: ValueBuffer = { ...meaning, name, extent, dim, gates }
    this.#buffers.set(name, buffer)
    return buffer
  }

  #project(id: NodeId): ProjectNode {
    const node = this.#nodes[id]!
    if (node.kind !== 'project') throw new TypeError(`node ${id} is no project`)
    return node
  }

  #dimOf(id: NodeId): Dim {
    return this.#nodes[id]!.dim ?? 'H'
  }
}

type StateRole = Extract<BufferMeaning, { state: number }>['role']

function nameOf(meaning: BufferMeaning): string {
  if ('state' in meaning) return `${meaning.role} ${meaning.state}`
  if ('symbol' in meaning) return `${meaning.role} ${meaning.symbol}`
  if ('project' in meaning) return `${meaning.role} ${meaning.project}`
  if ('node' in meaning) return `${meaning.role} ${meaning.node}`
  return meaning.role
}

const termsOf = (
  matrices: MatrixGradient['matrices'] | readonly MatrixUse[],
  adjoints: readonly (NodeId | null)[],
): string =>
  matrices
    .flatMap((matrix, gate) => (adjoints[gate] === null ? [] : [`${matrixText(matrix)} ${adjoints[gate]}`]))
    .join()
