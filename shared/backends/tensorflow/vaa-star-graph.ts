/** Algorithm 2 on given states as operations, with its gradient: vaa-star.ts has the equations. In double precision, distances by subtraction. */
import { DISTANCE_OFFSET } from '../../attractors/vaa-star.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'

interface Similarities {
  /** tanh x, [n, D] */
  readonly squashed: Value
  /** d_ij, [n, n] */
  readonly d: Value
  /** d_ij <= ε */
  readonly isClose: Value
  /** v_i = Σ_j Ĉ_ij, [n] */
  readonly v: Value
}

/** @param states [n, D] @param epsilon a double */
function similarities(graph: Graph, states: Value, epsilon: Value): Similarities {
  const squashed = graph.unary('Tanh', graph.cast(states, 'double'))
  const differences = graph.subtract(graph.expand(squashed, 1), graph.expand(squashed, 0))
  const d = graph.unary('Sqrt', graph.sum(graph.square(differences), [2]))
  const isClose = graph.compare('LessEqual', d, epsilon)
  const one = graph.scalar(1, 'double')
  const apart = graph.divide(graph.subtract(d, epsilon), graph.add(d, graph.scalar(DISTANCE_OFFSET, 'double')))
  // A NaN distance stays NaN, so that a diverged network is not measured as converged.
  const v = graph.sum(graph.select(isClose, one, graph.subtract(one, apart)), [1])
  return { squashed, d, isClose, v }
}

const meanInverse = (graph: Graph, v: Value): Value =>
  graph.reduce('Mean', graph.divide(graph.scalar(1, 'double'), v), [0])

/** VAA* of states [n, D], a double. */
export function vaaStar(graph: Graph, states: Value, epsilon: Value): Value {
  return meanInverse(graph, similarities(graph, states, epsilon).v)
}

/** VAA* and ∂VAA*⁄∂x [n, D], doubles. */
export function vaaStarWithGradient(
  graph: Graph,
  states: Value,
  epsilon: Value,
): { readonly value: Value; readonly gradient: Value } {
  const { squashed, d, isClose, v } = similarities(graph, states, epsilon)
  const double = (value: number): Value => graph.scalar(value, 'double')
  const weight = graph.divide(double(1), graph.square(v))
  const count = graph.cast(graph.size(states, 0), 'double')
  // −∂VAA*⁄∂Ĉ_ij, of both places of a pair
  const ofPair = graph.divide(graph.add(graph.expand(weight, 0), graph.expand(weight, 1)), count)
  const offset = double(DISTANCE_OFFSET)
  const slope = graph.divide(graph.add(offset, epsilon), graph.square(graph.add(d, offset)))
  const scale = graph.select(isClose, double(0), graph.divide(graph.multiply(ofPair, slope), d))
  // Σ_j scale_ij (tanh x_i − tanh x_j)
  const own = graph.multiply(squashed, graph.sum(scale, [1], true))
  const flow = graph.subtract(own, graph.product(scale, squashed))
  return {
    value: meanInverse(graph, v),
    gradient: graph.multiply(flow, graph.subtract(double(1), graph.square(squashed))),
  }
}
