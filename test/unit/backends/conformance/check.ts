/**
 * What a check of a backend is, and how results are compared. Free of Node and of any test runner: the same checks run in a test, in a browser's
 * worker and on a bare machine with a GPU. A backend enters; what differs, and by how much it may, leaves.
 */
import type { Backend, Engine } from '../../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../../shared/backends/reference/reference-backend.ts'
import type { Network } from '../../../../shared/networks/network.ts'
import type { TensorMap } from '../../../../shared/numerics/dims.ts'
import { weights } from '../networks.ts'

/** How far something is from what it should be. */
export interface Difference {
  readonly of: string
  readonly error: number
  readonly allowed: number
}

/** A claim that every backend keeps. */
export interface Check {
  readonly claim: string
  /** All that was compared. @throws what the backend throws */
  readonly run: (backend: Backend) => Promise<readonly Difference[]>
}

/** Not kept: a NaN keeps to nothing. */
export const isTooFar = ({ error, allowed }: Difference): boolean => !(error <= allowed)

export interface Tolerance {
  /** Relative to the largest entry: outputs, states, losses, and gradients relative to the largest of all. */
  readonly values: number
  /** Gradients that have gone through VAA*, whose distances amplify what its states differ by. */
  readonly vaaStar: number
  /** Parameters and moments after some steps. */
  readonly moved: number
}

const TOLERANCES: Readonly<Record<Backend['precision'], Tolerance>> = {
  // Sums of some thousand terms in another order, and functions within a few units in the last place: as the golden cases' bounds.
  float32: { values: 1e-4, vaaStar: 2e-3, moved: 1e-3 },
  // Sums of as many terms in another order.
  float64: { values: 1e-10, vaaStar: 1e-9, moved: 1e-9 },
}

export const toleranceOf = ({ precision }: Backend): Tolerance => TOLERANCES[precision]

/** Largest deviation relative to the largest entry of what is expected. */
export function close(
  of: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowed: number,
  largest = largestOf(expected),
): Difference {
  if (found.length !== expected.length) return { of: `${of}: length`, error: Infinity, allowed }
  let deviation = 0
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!)
    if (Number.isNaN(difference)) return { of, error: NaN, allowed }
    deviation = Math.max(deviation, difference)
  }
  return { of, error: largest === 0 ? deviation : deviation / largest, allowed }
}

/** Each tensor relative to the largest entry of all. */
export function closeTensors(of: string, found: TensorMap, expected: TensorMap, allowed: number): Difference[] {
  const largest = Math.max(...[...expected.values()].map(({ data }) => largestOf(data)))
  return [
    holds(`${of}: names`, [...found.keys()].join() === [...expected.keys()].join()),
    holds(`${of}: something that is not zero`, largest > 0),
    ...[...expected].map(([name, { data }]) =>
      close(`${of}: ${name}`, found.get(name)?.data ?? [], data, allowed, largest),
    ),
  ]
}

/** How many numbers are other ones, a NaN being itself; none may be. */
export function same(of: string, found: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  if (found.length !== expected.length) return { of: `${of}: length`, error: Infinity, allowed: 0 }
  let differing = 0
  for (let i = 0; i < expected.length; i++) if (!Object.is(found[i], expected[i])) differing++
  return { of: `${of}: numbers that differ`, error: differing, allowed: 0 }
}

export function sameTensors(of: string, found: TensorMap, expected: TensorMap): Difference[] {
  return [
    holds(`${of}: names`, [...found.keys()].join() === [...expected.keys()].join()),
    ...[...expected].map(([name, { data }]) => same(`${of}: ${name}`, found.get(name)?.data ?? [], data)),
  ]
}

export const holds = (of: string, isTrue: boolean): Difference => ({ of, error: isTrue ? 0 : 1, allowed: 0 })

const largestOf = (values: ArrayLike<number>): number => {
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!))
  return largest
}

/** Replica r has the weights of seed r. */
export interface EngineOptions {
  readonly replicas?: number
  /** Of the weights, normal around zero. */
  readonly spread?: number
}

export async function withEngine<Result>(
  backend: Backend,
  network: Network,
  { replicas = 1, spread = 0.5 }: EngineOptions,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = await backend.createEngine(network, replicas)
  try {
    for (let replica = 0; replica < replicas; replica++)
      await engine.writeParameters(replica, weights(network, replica, spread))
    return await use(engine)
  } finally {
    await engine.dispose()
  }
}

/** The same on a backend and on the float64 oracle. */
export async function onBoth<Result>(
  backend: Backend,
  network: Network,
  options: EngineOptions,
  use: (engine: Engine) => Promise<Result>,
): Promise<{ readonly found: Result; readonly expected: Result }> {
  return {
    found: await withEngine(backend, network, options, use),
    expected: await withEngine(referenceBackend, network, options, use),
  }
}
