/** The linear readout and its loss on the marked slots, in double precision, with adjoints. Of the processor backends: its cost there is a thousandth of the recurrence's. */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { Network } from '../../networks/network.ts'
import type { FloatArray } from '../recurrence.ts'

/** Terms in a batch's lossSum: used slots times outputs (mse), or used slots (cross-entropy). */
export function lossCount(
  { targetSteps }: Pick<SeriesBatch, 'targetSteps'>,
  { loss, outputSize }: Pick<Network, 'loss' | 'outputSize'>,
): number {
  const usedCount = targetSteps.reduce((count, step) => (step < 0 ? count : count + 1), 0)
  return loss === 'mse' ? usedCount * outputSize : usedCount
}

export interface ReadoutResult {
  /** Sum of squared errors, or of cross-entropies (natural log). */
  readonly lossSum: number
  readonly correctCount: number
  /** [K, B, O] */
  readonly outputs: Float64Array
}

/** z = W h + b at every used slot. @param hidden [K, B, width] */
export function readOut(
  hidden: FloatArray,
  weight: FloatArray,
  bias: FloatArray,
  batch: SeriesBatch,
  loss: 'mse' | 'cross-entropy',
): ReadoutResult {
  const outputSize = bias.length
  const width = weight.length / outputSize
  const slots = batch.targetSteps.length
  const outputs = new Float64Array(slots * outputSize)
  let lossSum = 0
  let correctCount = 0
  for (let slot = 0; slot < slots; slot++) {
    if (batch.targetSteps[slot]! < 0) continue
    for (let o = 0; o < outputSize; o++) {
      let sum = bias[o]!
      for (let i = 0; i < width; i++) sum += weight[o * width + i]! * hidden[slot * width + i]!
      outputs[slot * outputSize + o] = sum
    }
    const row = outputs.subarray(slot * outputSize, (slot + 1) * outputSize)
    if (loss === 'mse')
      for (let o = 0; o < outputSize; o++) lossSum += (row[o]! - batch.targets[slot * outputSize + o]!) ** 2
    else {
      const label = batch.targets[slot]!
      lossSum += logSumExp(row) - row[label]!
      let best = 0
      for (let o = 1; o < outputSize; o++) if (row[o]! > row[best]!) best = o
      if (best === label) correctCount++
    }
  }
  return { lossSum, correctCount, outputs }
}

function logSumExp(row: FloatArray): number {
  let highest = -Infinity
  for (const value of row) highest = Math.max(highest, value)
  let sum = 0
  for (const value of row) sum += Math.exp(value - highest)
  return highest + Math.log(sum)
}

/**
 * Adjoint of the mean loss: adds to the readout's gradients and returns that of the hidden rows [K, B, width].
 */
export function readOutBackward(
  outputs: FloatArray,
  hidden: FloatArray,
  weight: FloatArray,
  weightGradient: FloatArray,
  biasGradient: FloatArray,
  batch: SeriesBatch,
  loss: 'mse' | 'cross-entropy',
): Float64Array {
  const outputSize = biasGradient.length
  const width = weight.length / outputSize
  const hiddenAdjoint = new Float64Array(hidden.length)
  const weightSums = new Float64Array(weight.length)
  const biasSums = new Float64Array(outputSize)
  const d = new Float64Array(outputSize)
  const count = lossCount(batch, { loss, outputSize })
  for (let slot = 0; slot < batch.targetSteps.length; slot++) {
    if (batch.targetSteps[slot]! < 0) continue
    const row = outputs.subarray(slot * outputSize, (slot + 1) * outputSize)
    if (loss === 'mse')
      for (let o = 0; o < outputSize; o++) d[o] = (2 * (row[o]! - batch.targets[slot * outputSize + o]!)) / count
    else {
      const total = logSumExp(row)
      for (let o = 0; o < outputSize; o++)
        d[o] = (Math.exp(row[o]! - total) - (o === batch.targets[slot] ? 1 : 0)) / count
    }
    for (let o = 0; o < outputSize; o++) {
      const adjoint = d[o]!
      biasSums[o]! += adjoint
      for (let i = 0; i < width; i++) {
        weightSums[o * width + i]! += adjoint * hidden[slot * width + i]!
        hiddenAdjoint[slot * width + i]! += adjoint * weight[o * width + i]!
      }
    }
  }
  for (let i = 0; i < weightSums.length; i++) weightGradient[i]! += weightSums[i]!
  for (let o = 0; o < outputSize; o++) biasGradient[o]! += biasSums[o]!
  return hiddenAdjoint
}
