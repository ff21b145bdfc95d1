/**
 * A training step of the webgpu engine on paper: a network, its sizes and a device's limits enter; dispatches, arithmetic and bytes by kernel leave, how
 * many steps wait for each other, and what all takes at least. Kernels of the readout, of rows and of vectors, and those that add splits, cost next to nothing and are left out. `npm run bench:gpu-paper` prints the GRU of the paper on an H100.
 */
import type { Network } from '../../shared/networks/network.ts'
import type { AdapterFacts } from '../../shared/backends/adapter.ts'
import { layersTogether, wavesOf } from '../../shared/backends/webgpu/layer-waves.ts'
import { NetworkKernels } from '../../shared/backends/webgpu/network-kernels.ts'
import type { PartKernels } from '../../shared/backends/webgpu/part-kernels.ts'
import { chunksToTry, shapesToTry } from '../../shared/backends/webgpu/shapes.ts'
import { network, part } from '../unit/backends/networks.ts'

export interface StepSize {
  readonly steps: number
  readonly batch: number
  readonly replicas: number
}

/** Of a kind of kernel, all its dispatches in a step. */
export interface KernelCosts {
  readonly kernel: string
  readonly dispatches: number
  readonly flops: number
  /** Read and written once each: what memory sees where caches keep the rest. */
  readonly bytes: number
  /** Weights that every workgroup reads again in every step: what the second cache sees. */
  readonly streamedBytes: number
  /** Steps that wait for each other. */
  readonly serialSteps: number
}

/** What a device can do at most. */
export interface DeviceLimits {
  readonly flopsPerSecond: number
  readonly bytesPerSecond: number
  readonly cacheBytesPerSecond: number
  /** That a workgroup alone draws from the cache. */
  readonly workgroupBytesPerSecond: number
}

const FLOAT = 4

export function stepCosts(kernels: NetworkKernels, { steps, batch, replicas }: StepSize): KernelCosts[] {
  const costs = kernels.allParts.flatMap((one) => partCosts(one, kernels.network, steps, batch))
  const parameters = kernels.parameterCount
  const packed = kernels.allParts.reduce((sum, { weights }) => sum + weights.sources.length, 0)
  costs.push(
    small('move', 1, 12 * parameters, 7 * parameters),
    small('norm', 2, 2 * parameters, 2 * parameters),
    small('pack', kernels.allParts.length, 0, 3 * packed),
  )
  return costs.map((one) => ({
    ...one,
    flops: one.flops * replicas,
    bytes: one.bytes * replicas,
    streamedBytes: one.streamedBytes * replicas,
  }))
}

function small(kernel: string, dispatches: number, flops: number, floats: number): KernelCosts {
  return { kernel, dispatches, flops, bytes: FLOAT * floats, streamedBytes: 0, serialSteps: 0 }
}

function partCosts(
  { plan, part: one, inputProducts, matrixSums }: PartKernels,
  net: Network,
  steps: number,
  batch: number,
): KernelCosts[] {
  const rows = steps * batch
  const { shape, sizes, saved, adjoints } = plan
  const states = one.cell.states.length * sizes.H
  const workgroups = Math.ceil(batch / shape.rows)
  const recurrent = (isBack: boolean): { floats: number; flops: number } => {
    const nodes = one.cell.forward.ir.nodes
    const products = [...plan.weights.products].filter(([id]) => (nodes[id]!.kind === 'backproject') === isBack)
    const floats = products.reduce(
      (sum, [, { units, gates, blocks, blockDepth }]) => sum + units * gates * blocks * blockDepth,
      0,
    )
    return { floats, flops: 2 * rows * floats }
  }
  const loop = (kernel: string, isBack: boolean, rowFloats: number): KernelCosts => {
    const { floats, flops } = recurrent(isBack)
    return {
      kernel,
      dispatches: 1,
      flops,
      bytes: FLOAT * (rows * rowFloats + floats),
      streamedBytes: FLOAT * floats * steps * workgroups,
      serialSteps: steps,
    }
  }
  const product = (kernel: string, depth: number, columns: number): KernelCosts =>
    small(kernel, 1, 2 * rows * depth * columns, rows * (depth + columns) + depth * columns)
  const isBelowTop = one.layerIndex < net.wiredLayers.length - 1
  return [
    ...inputProducts.map(() => product('input products', sizes.I, plan.inputProducts.width)),
    loop('forward', false, plan.inputProducts.width + states + saved.width),
    loop('backward', true, states + saved.width + adjoints.width + (isBelowTop ? states : 0)),
    ...matrixSums.map(({ gateColumns, operandColumns }) => product('matrix gradients', gateColumns, operandColumns)),
    ...(one.layerIndex > 0
      ? inputProducts.map(() => product('input adjoints', plan.inputProducts.width, sizes.I))
      : []),
  ]
}

/** Costs of one kind together, in the order in which the kinds come up. */
export function joinCosts(costs: readonly KernelCosts[]): KernelCosts[] {
  const joined = new Map<string, KernelCosts>()
  for (const one of costs) {
    const known = joined.get(one.kernel)
    joined.set(one.kernel, known ? addCosts(known, one) : one)
  }
  return [...joined.values()]
}

const addCosts = (a: KernelCosts, b: KernelCosts): KernelCosts => ({
  kernel: a.kernel,
  dispatches: a.dispatches + b.dispatches,
  flops: a.flops + b.flops,
  bytes: a.bytes + b.bytes,
  streamedBytes: a.streamedBytes + b.streamedBytes,
  serialSteps: a.serialSteps + b.serialSteps,
})

/** Steps of all recurrences of a training step that wait for each other. @param chunkSteps by which layers are apart; null: they go in turn */
export function chainSteps({ wiredLayers }: Network, steps: number, chunkSteps: number | null): number {
  const cuts = { segmentSteps: steps, chunkSteps }
  const all = { first: 0, last: steps }
  const waves = layersTogether(wiredLayers, cuts).flatMap((together) => wavesOf(together, all, cuts, false))
  const there = waves.reduce((sum, wave) => sum + Math.max(...wave.map((one) => one.steps.last - one.steps.first)), 0)
  return 2 * there // the way back is the same, mirrored
}

/**
 * ms that it takes at least: of arithmetic, memory, the cache, and the cache as one workgroup sees it, whichever is longest.
 * @param chainShare how many of the serial steps wait for each other
 */
export function leastMs(
  { flops, bytes, streamedBytes, serialSteps }: KernelCosts,
  limits: DeviceLimits,
  workgroups: number,
  chainShare = 1,
): number {
  const alone = serialSteps > 0 ? (chainShare * streamedBytes) / workgroups / limits.workgroupBytesPerSecond : 0
  return (
    1000 *
    Math.max(
      flops / limits.flopsPerSecond,
      bytes / limits.bytesPerSecond,
      streamedBytes / limits.cacheBytesPerSecond,
      alone,
    )
  )
}

/** Peak float32, memory and second cache of an H100 by its data sheet; a workgroup's share of the cache as streaming kernels have shown it: 64 bytes a cycle. */
const H100: DeviceLimits = {
  flopsPerSecond: 60e12,
  bytesPerSecond: 3.3e12,
  cacheBytesPerSecond: 5.5e12,
  workgroupBytesPerSecond: 64 * 1.7e9,
}
const H100_FACTS: AdapterFacts = {
  name: 'H100',
  vendor: 'nvidia',
  driver: '',
  isSoftware: false,
  workgroupBytes: 49_152,
  workgroupInvocations: 1024,
  bindingBytes: 2 ** 31,
  bufferBytes: 2 ** 31,
  storageBuffers: 16,
  hasSubgroups: true,
  subgroupSize: 32,
  hasTimestamps: true,
}

function printPaper(): void {
  const net = network([[part('gru', 256)], [part('gru', 256)]], { inputs: 1, outputs: 1 })
  const kernels = new NetworkKernels(net, (one) => shapesToTry(H100_FACTS, one)[0]!)
  for (const size of [
    { steps: 200, batch: 32, replicas: 1 },
    { steps: 200, batch: 32, replicas: 8 },
    { steps: 200, batch: 100, replicas: 1 },
  ]) {
    const workgroups = Math.ceil(size.batch / kernels.allParts[0]!.plan.shape.rows) * size.replicas
    const costs = joinCosts(stepCosts(kernels, size))
    process.stdout.write(`\nGRU 2x256, T ${size.steps}, B ${size.batch}, ${size.replicas} seeds, on an H100 on paper\n`)
    process.stdout.write('kernel            dispatches     GFLOP   MB memory    MB cache  least ms\n')
    for (const one of costs) process.stdout.write(`${lineOf(one, leastMs(one, H100, workgroups))}\n`)
    const total = costs.reduce((sum, one) => sum + leastMs(one, H100, workgroups), 0)
    process.stdout.write(`${lineOf({ ...costs.reduce(addCosts), kernel: 'a step' }, total)}\n`)
    const inTurn = chainSteps(net, size.steps, null)
    for (const chunkSteps of chunksToTry(H100_FACTS, net)) {
      const chain = chainSteps(net, size.steps, chunkSteps)
      const ms = costs.reduce((sum, one) => sum + leastMs(one, H100, workgroups, chain / inTurn), 0)
      const how = chunkSteps === null ? 'in turn' : `${chunkSteps} steps apart`
      process.stdout.write(
        `layers ${how.padEnd(14)} ${`${chain}`.padStart(5)} dependent steps, at least ${ms.toFixed(2)} ms\n`,
      )
    }
  }
}

const lineOf = ({ kernel, dispatches, flops, bytes, streamedBytes }: KernelCosts, ms: number): string =>
  [
    kernel.padEnd(18),
    `${dispatches}`.padStart(10),
    ...[flops / 1e9, bytes / 1e6, streamedBytes / 1e6].map((value) => value.toFixed(1).padStart(11)),
    ms.toFixed(2).padStart(9),
  ].join(' ')

if (process.argv[1] === import.meta.filename) printPaper()
