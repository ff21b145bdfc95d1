/**
 * Stages of nodes -> stages of products, sums and fused kernels, one kernel for each dimension that a stage stores values of. What must be stored
 * where enters as a list; each store goes to the earliest stage at which its value is there.
 */
import { argumentsOf, type Dim, type IrNode, type NodeId } from '../../compiler/ir.ts'
import type { Stage } from '../../compiler/stage.ts'
import type { PointwisePlacement, ProductPlacement, StagePlacement, SumPlacement, ValuePlace, Way } from './places.ts'

/** What must be stored where; `node` null stores zeros. */
export type Store = PointwisePlacement['stores'][number]

/** Values that are computed in one stage and read in a later one, by a product or sum, or by values of another dimension. */
export function readLater(nodes: readonly IrNode[], stages: readonly Stage[]): NodeId[] {
  const stageOf = new Map(stages.flatMap(({ pointwise }, index) => pointwise.map((id) => [id, index] as const)))
  const found = new Set<NodeId>()
  stages.forEach(({ products, sums, pointwise }, index) => {
    for (const id of pointwise)
      for (const arg of argumentsOf(nodes[id]!)) {
        const stage = stageOf.get(arg)
        if (stage !== undefined && (stage < index || nodes[arg]!.dim !== nodes[id]!.dim)) found.add(arg)
      }
    for (const id of [...products, ...sums]) {
      const node = nodes[id]!
      if ((node.kind === 'project' || node.kind === 'sum') && stageOf.has(node.operand)) found.add(node.operand)
    }
  })
  return [...found]
}

/** Where the values of one way stand. */
interface WayPlaces {
  placeOf(id: NodeId): ValuePlace
  productOf(id: NodeId): ProductPlacement
}

export function placeStages(
  way: Way,
  nodes: readonly IrNode[],
  stages: readonly Stage[],
  stores: readonly Store[],
  { placeOf, productOf }: WayPlaces,
): StagePlacement[] {
  const availableAt = new Map<NodeId, number>()
  stages.forEach(({ products, sums, pointwise }, index) => {
    for (const id of [...products, ...sums, ...pointwise]) availableAt.set(id, index)
  })
  // Copies of values that are there from the start are made before the first products, which may read them.
  const hasPrologue = (stages[0]?.products.length ?? 0) > 0 || (stages[0]?.sums.length ?? 0) > 0
  const earliest = hasPrologue ? -1 : 0
  const stageOfStore = (id: NodeId | null): number => {
    if (id === null) return earliest
    const node = nodes[id]!
    return availableAt.get(node.kind === 'gate' ? node.project : id) ?? earliest
  }
  const keyOf = (stage: number, dim: Dim): string => `${stage} ${dim}`
  const storesOf = new Map<string, Store[]>()
  for (const store of stores) {
    const key = keyOf(stageOfStore(store.node), store.place.buffer.dim)
    const known = storesOf.get(key)
    if (known) known.push(store)
    else storesOf.set(key, [store])
  }
  const all: { index: number; stage: Stage }[] = stages.map((stage, index) => ({ index, stage }))
  const onlyStores = { products: [], sums: [], pointwise: [] }
  if (stages.length === 0 || stores.some(({ node }) => stageOfStore(node) === -1))
    all.unshift({ index: earliest, stage: onlyStores })
  return all.map(({ index, stage }): StagePlacement => ({
    products: stage.products.map(productOf),
    sums: stage.sums.map((id): SumPlacement => {
      const node = nodes[id]!
      if (node.kind !== 'sum') throw new TypeError('not a sum')
      return { operand: placeOf(node.operand), target: placeOf(id) }
    }),
    // Numbers come first: the others may read them.
    kernels: (['1', 'H', 'I'] as const).flatMap((dim): PointwisePlacement[] => {
      const mine = storesOf.get(keyOf(index, dim))
      if (!mine) return []
      const computed = stage.pointwise.filter((id) => nodes[id]!.dim === dim)
      return [
        {
          dim,
          way,
          computed,
          ...placeOperands(nodes, dim, computed, mine, placeOf),
          stores: mine,
        },
      ]
    }),
  }))
}

/** Where a kernel finds what it does not compute itself. */
function placeOperands(
  nodes: readonly IrNode[],
  dim: Dim,
  computed: readonly NodeId[],
  stores: readonly Store[],
  placeOf: (id: NodeId) => ValuePlace,
): Pick<PointwisePlacement, 'loads' | 'numbers'> {
  const inside = new Set(computed)
  const loads = new Map<NodeId, ValuePlace>()
  const numbers = new Map<NodeId, ValuePlace>()
  const need = (id: NodeId): void => {
    const node = nodes[id]!
    const wanted = node.dim === '1' && dim !== '1' ? numbers : loads
    if (!inside.has(id) && node.dim !== null && !wanted.has(id)) wanted.set(id, placeOf(id))
  }
  for (const id of computed) argumentsOf(nodes[id]!).forEach(need)
  for (const { node } of stores) if (node !== null) need(node)
  return { loads, numbers }
}
