/**
 * Signatures of a model that move no parameter: sequences that begin anywhere, layers under constant input, readout, VAA*, and rows in and out of
 * them. What passes from one to the next stays in TensorFlow; what runs over steps is compiled, what only carries rows about is not.
 */
import { comparedParts, type Network } from '../../networks/network.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'
import { allParts, runNetwork, runNetworkBackward, startStates, type StatesOfParts } from './network-graph.ts'
import type { NetworkParameters } from './part-parameters.ts'
import { readOut, readOutBackward, rowsAt, sequenceOfRows } from './readout-graph.ts'
import type { FedTensors, Values } from './replica-model.ts'
import { COUNT, flags, floats, integers, SCALAR } from './signature-writer.ts'
import { joinStates, placesOfRows, splitStates } from './state-rows.ts'
import { vaaStar } from './vaa-star-graph.ts'
import { convergeLayer } from './warm-up-graph.ts'

/** A signature's body. */
export interface MeasuringProgram {
  readonly name: string
  readonly fed: FedTensors
  readonly isCompiled: boolean
  readonly write: (graph: Graph, parameters: NetworkParameters, values: Values) => Values
}

/** @param targets what a batch's targets are fed as */
export function measuringPrograms(network: Network, targets: FedTensors): MeasuringProgram[] {
  const { inputSize, stateSize, wiredLayers } = network
  const width = wiredLayers.at(-1)!.outputSize
  const begin = { initialStates: floats(-1, stateSize), steps: COUNT }
  /** Where the states of all parts stand after every step: [T + 1, B, stateSize]. */
  const historyOf = (graph: Graph, states: StatesOfParts): Value => joinStates(graph, network, states, 2)
  return [
    {
      name: 'sequence',
      fed: { ...begin, inputs: floats(-1, -1, inputSize), isFromStart: flags() },
      isCompiled: true,
      write: (graph, parameters, { inputs, initialStates, isFromStart, steps }) => {
        const starts = startStates(graph, network, parameters, graph.size(inputs!, 1))
        const given = splitStates(graph, network, initialStates!)
        const run = runNetwork(graph, network, parameters, {
          input: { value: inputs!, isConstant: false },
          initialStates: new Map(
            allParts(network).map((part) => [
              part,
              given.get(part)!.map((state, s) => graph.select(isFromStart!, starts.get(part)![s]!, state)),
            ]),
          ),
          steps: steps!,
          room: graph.size(inputs!, 0),
          dropoutMasks: null,
          keeps: 'states',
        })
        const states = new Map([...run.parts].map(([part, { history }]) => [part, history]))
        return { history: historyOf(graph, states), outputs: run.outputs }
      },
    },
    {
      name: 'constant',
      fed: { ...begin, perturbation: floats(inputSize), room: floats(-1) },
      isCompiled: true,
      write: (graph, parameters, { initialStates, perturbation, room, steps }) => {
        const run = runNetwork(graph, network, parameters, {
          input: { value: perturbation!, isConstant: true },
          initialStates: splitStates(graph, network, initialStates!),
          steps: steps!,
          room: graph.size(room!, 0),
          dropoutMasks: null,
          keeps: 'states',
        })
        const states = new Map([...run.parts].map(([part, { history }]) => [part, history]))
        return { history: historyOf(graph, states) }
      },
    },
    {
      name: 'start-adjoint',
      fed: {
        ...begin,
        inputs: floats(-1, -1, inputSize),
        targetSteps: integers(-1, -1),
        hiddenAdjoint: floats(-1, width),
        reached: flags(-1, -1),
        passed: flags(-1, -1),
      },
      isCompiled: true,
      write: (graph, parameters, values) => {
        const { inputs, initialStates, steps, targetSteps, hiddenAdjoint, reached, passed } = values
        const room = graph.size(inputs!, 0)
        const run = runNetwork(graph, network, parameters, {
          input: { value: inputs!, isConstant: false },
          initialStates: splitStates(graph, network, initialStates!),
          steps: steps!,
          room,
          dropoutMasks: null,
          keeps: 'all',
        })
        const shape = [graph.size(targetSteps!, 0), graph.size(targetSteps!, 1), width]
        const isUsed = graph.expand(graph.compare('GreaterEqual', targetSteps!, graph.integers(0)), -1)
        const rows = graph.select(isUsed, graph.reshape(hiddenAdjoint!, shape), graph.scalar(0))
        const { initialStates: adjoints } = runNetworkBackward(graph, network, parameters, run, {
          steps: steps!,
          room,
          reach: { reached: reached!, passed: passed! },
          outputs: sequenceOfRows(graph, run.outputs, targetSteps!, rows),
          states: null,
          dropoutMasks: null,
          movesColdParts: false,
          isFromStart: false,
        })
        return { adjoint: joinStates(graph, network, adjoints) }
      },
    },
    {
      name: 'take-states',
      fed: { history: floats(-1, -1, stateSize), steps: integers(-1), target: floats(-1, stateSize) },
      isCompiled: false,
      write: (graph, _, { history, steps, target }) => {
        const zero = graph.integers(0)
        const rows = graph.gather(history!, placesOfRows(graph, graph.binary('Maximum', steps!, zero)))
        const isTaken = graph.expand(graph.compare('GreaterEqual', steps!, zero), 1)
        return { rows: graph.select(isTaken, rows, target!) }
      },
    },
    {
      name: 'take-outputs',
      fed: { outputs: floats(-1, -1, width), steps: integers(-1, -1), target: floats(-1, width) },
      isCompiled: false,
      write: (graph, _, { outputs, steps, target }) => {
        const rows = graph.reshape(rowsAt(graph, outputs!, steps!), [-1, width])
        const isTaken = graph.compare('GreaterEqual', graph.reshape(steps!, [-1, 1]), graph.integers(0))
        return { rows: graph.select(isTaken, rows, target!) }
      },
    },
    {
      name: 'select-rows',
      fed: { rows: floats(-1, -1), places: integers(-1) },
      isCompiled: false,
      write: (graph, _, { rows, places }) => ({ rows: graph.at(rows!, places!) }),
    },
    {
      name: 'watch-steps',
      fed: { history: floats(-1, -1, stateSize), remembered: floats(-1, stateSize), batch: COUNT },
      isCompiled: false,
      write: (graph, _, { history, remembered, batch }) => {
        const before = graph.slice(
          history!,
          [0, 0, 0],
          [graph.subtract(graph.size(history!, 0), graph.integers(1)), -1, -1],
        )
        const states = graph.slice(history!, [1, 0, 0], [-1, -1, -1])
        // Rows behind those of the batch go their own way.
        const isRow = graph.compare('Less', graph.range(graph.size(history!, 1)), batch!)
        const isSame = graph.all(graph.compare('Equal', states, graph.expand(remembered!, 0)), [2])
        const moved = graph.cast(graph.subtract(states, before), 'double')
        const distances = graph.unary('Sqrt', graph.sum(graph.square(moved), [2]))
        return {
          equal: graph.cast(graph.all(graph.or(isSame, graph.not(isRow)), [1]), 'float'),
          residuals: graph.cast(
            graph.reduce('Max', graph.select(isRow, distances, graph.scalar(0, 'double')), [1]),
            'float',
          ),
        }
      },
    },
    {
      name: 'read-out',
      fed: { ...targets, hidden: floats(-1, width) },
      isCompiled: false,
      write: (graph, parameters, { hidden, targetSteps, targets: wanted, lossCount }) => {
        const slots = [graph.size(targetSteps!, 0), graph.size(targetSteps!, 1)]
        const rows = graph.reshape(hidden!, [...slots, width])
        const values = { targetSteps: targetSteps!, targets: wanted!, lossCount: lossCount! }
        const { outputs, lossSum, correctCount, outputAdjoint } = readOut(graph, network, parameters, rows, values)
        const adjoint = readOutBackward(graph, network, parameters, rows, outputAdjoint).hidden
        return {
          outputs: graph.reshape(outputs, [-1, network.outputSize]),
          hiddenAdjoint: graph.reshape(adjoint, [-1, width]),
          lossSum,
          correctCount,
        }
      },
    },
    {
      name: 'vaa-star',
      fed: { states: floats(-1, stateSize), columns: integers(-1), epsilon: SCALAR },
      isCompiled: true,
      write: (graph, _, { states, columns, epsilon }) => {
        const compared = graph.transpose(graph.at(graph.transpose(states!, [1, 0]), columns!), [1, 0])
        return { value: graph.cast(vaaStar(graph, compared, graph.cast(epsilon!, 'double')), 'float') }
      },
    },
    ...wiredLayers.map((layer): MeasuringProgram => ({
      name: `converge-layer-${layer.index}`,
      fed: { states: floats(-1, stateSize), perturbation: floats(layer.inputSize), steps: COUNT },
      isCompiled: true,
      write: (graph, parameters, { states, perturbation, steps }) => {
        const before = splitStates(graph, network, states!)
        const runs = convergeLayer(graph, layer, parameters, before, perturbation!, steps!, {
          room: 0,
          keeps: 'last-states',
        })
        const after = new Map(before)
        for (const part of comparedParts(layer)) after.set(part, runs.get(part)!.lastStates)
        return { states: joinStates(graph, network, after) }
      },
    })),
  ]
}
