/**
 * A line of `metrics.jsonl` as an event: text enters, the event leaves, or null where the line is damaged. What stands on the time axis is
 * checked field by field; spreads, which are many numbers, are checked by whoever wants them.
 */
import { parseJson } from '../exchange/parse-json.ts'
import { isDivergence } from './divergence.ts'
import type { RunEvent } from './run.ts'

export function readEvent(line: string): RunEvent | null {
  // An exception for each of a million lines that are blank, or of another kind of file, takes seconds in which nothing else is answered.
  const text = line.trim()
  if (!text.startsWith('{') || !text.endsWith('}')) return null
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    return null // told as a damaged line, as JSON that is no event is
  }
  return isEvent(value) ? value : null
}

type Fields = Readonly<Record<string, unknown>>

function isEvent(value: unknown): value is RunEvent {
  if (typeof value !== 'object' || value === null) return false
  const event = value as Fields
  switch (event.type) {
    case 'phase':
      return isPhase(event.phase) && isCount(event.step)
    case 'warmup-step':
      return isCount(event.step) && isValues(event.loss) && isLayers(event.vaaStar) && isValues(event.convergenceSteps)
    case 'warmup-end':
      return Array.isArray(event.restarted)
    case 'train-step':
      return isCount(event.step) && isValues(event.loss) && isValues(event.gradientNorm) && isValues(event.learningRate)
    case 'validation':
      return isCount(event.step) && isValues(event.loss) && (event.accuracy === null || isValues(event.accuracy))
    case 'diverged':
      return isDivergence(event)
    case 'measure':
      return (
        isPhase(event.phase) &&
        isCount(event.step) &&
        (event.vaa === null || Array.isArray(event.vaa)) &&
        (event.vaaStar === null || isLayers(event.vaaStar))
      )
    default:
      return typeof event.type === 'string'
  }
}

const isPhase = (value: unknown): boolean => value === 'warm-up' || value === 'training' || value === 'test'
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
/** One a seed. JSON writes NaN as null. */
const isValues = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => item === null || typeof item === 'number')
/** One entry a seed, with a value a layer. */
const isLayers = (value: unknown): boolean =>
  Array.isArray(value) && value.every((layers) => layers === null || isValues(layers))
