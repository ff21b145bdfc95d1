/** A placement as text, for snapshot tests and for whoever writes a backend's kernels from it. */
import { matrixText, type NodeId } from '../../compiler/ir.ts'
import type { Placement } from './placement.ts'
import type {
  PointwisePlacement,
  ProductPlacement,
  ProjectPlacement,
  StagePlacement,
  ValueBuffer,
  ValuePlace,
} from './places.ts'

export function printPlacement(placement: Placement): string {
  const { buffers, projects, inputProducts, forward, backward } = placement
  const stages = (way: string, list: readonly StagePlacement[]): string[] =>
    list.flatMap((stage, index) => [`${way} stage ${index + 1}`, ...printStage(stage, projects)])
  return [
    'buffers',
    ...printBuffers(buffers),
    'for many steps at once',
    ...inputProducts.map((product) => printProduct(product, projects)),
    ...stages('forward', forward),
    ...stages('backward', backward),
    'gradients',
    ...printGradients(placement),
  ].join('\n')
}

function printBuffers(buffers: readonly ValueBuffer[]): string[] {
  const widest = buffers.reduce((width, { name }) => Math.max(width, name.length), 0)
  return buffers.map(
    ({ name, gates, dim, extent }) =>
      `  ${name.padEnd(widest)}  ${`[${gates === 1 ? '' : `${gates} `}${dim}]`.padEnd(6)}  ${extent}`,
  )
}

/** A gate by its index, where there are several. */
const printPlace = ({ buffer, gate }: ValuePlace): string =>
  buffer.gates === 1 ? buffer.name : `${buffer.name} gate ${gate}`

const matricesOf = ({ matrices }: ProjectPlacement): string => `[${matrices.map(matrixText).join(' ')}]`

function printStage({ products, sums, kernels }: StagePlacement, projects: readonly ProjectPlacement[]): string[] {
  return [
    ...products.map((product) => printProduct(product, projects)),
    ...sums.map(({ operand, target }) => `  ${printPlace(target)} = sum of ${printPlace(operand)}`),
    ...kernels.flatMap(printKernel),
  ]
}

function printProduct(
  { project, way, operand, target }: ProductPlacement,
  projects: readonly ProjectPlacement[],
): string {
  const matrices = matricesOf(projects.find((candidate) => candidate.project === project)!)
  return `  ${target.name} = ${matrices}${way === 'backward' ? ' transposed' : ''} times ${way === 'backward' ? operand.buffer.name : printPlace(operand)}`
}

function printKernel({ dim, computed, loads, numbers, stores }: PointwisePlacement): string[] {
  const reads = (values: ReadonlyMap<NodeId, ValuePlace>): string[] =>
    [...values].map(([id, place]) => `%${id} ${printPlace(place)}`)
  const line = (word: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`    ${word} ${items.join(', ')}`]
  return [
    `  kernel [${dim}]`,
    ...line('reads', reads(loads)),
    ...line('reads numbers', reads(numbers)),
    ...(computed.length === 0 ? [] : [`    computes ${computed.map((id) => `%${id}`).join(' ')}`]),
    ...line(
      'stores',
      stores.map(({ node, place }) => `${node === null ? 'zeros' : `%${node}`} as ${printPlace(place)}`),
    ),
  ]
}

function printGradients({ projects, vectorSums, inputAdjoint }: Placement): string[] {
  const ofInput = [
    ...(inputAdjoint ? [inputAdjoint.name] : []),
    ...projects
      .filter(({ readsInput }) => readsInput)
      .map((project) => `${matricesOf(project)} transposed times ${project.gateAdjoints.name}`),
  ]
  return [
    ...projects.map(
      (project) =>
        `  ${matricesOf(project)} = ${project.isFrozen ? 'none: frozen' : `sum of ${project.gateAdjoints.name} outer ${printPlace(project.gradientOperand)}`}`,
    ),
    ...vectorSums.map(({ symbol, place }) => `  ${symbol} = sum of ${printPlace(place)}`),
    `  x = ${ofInput.join(' + ') || 'none'}`,
  ]
}
