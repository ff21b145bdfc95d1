/** Fields of a configuration by name, as flags and sweeps write them: `training.batch`, `layers.*.cell`, `layers.length`, `layers.0.units`. */
import { LabError } from '../errors/errors.ts'

export type Json = Record<string, unknown>

const FIELD = /^[A-Za-z0-9]+(\.([A-Za-z0-9]+|\*))*$/
/** Names that would reach into the objects themselves. */
const FORBIDDEN = /(^|\.)(__proto__|constructor|prototype)(\.|$)/
/** Every point in a name is one more level of the objects that it is written into, and those are walked level by level. */
const LONGEST_FIELD = 200
export const MOST_LAYERS = 16

export const isFieldName = (field: string): boolean =>
  field.length <= LONGEST_FIELD && FIELD.test(field) && !FORBIDDEN.test(field)

/**
 * Writes a value into a configuration that has not been parsed yet. Objects on the way are made, or copied: only `json` itself is changed,
 * so that what it holds may be another configuration's, too.
 * @param where the flag or file, for messages
 * @throws LabError `usage` for a number of layers out of range
 */
export function setField(json: Json, field: string, value: unknown, where: string): void {
  if (field === 'strategies' && Array.isArray(json.strategies) === false) json.strategies = null
  if (field === 'layers.length') return setLayerCount(json, value, where)
  if (field.startsWith('layers.*.')) {
    json.layers = layersOf(json).map((layer) => ({ ...layer, [field.slice('layers.*.'.length)]: value }))
    return
  }
  const keys = field.split('.')
  let at: Json = json
  for (const key of keys.slice(0, -1)) {
    const next = at[key]
    at[key] = Array.isArray(next) ? [...(next as unknown[])] : typeof next === 'object' ? { ...next } : {}
    at = at[key] as Json
  }
  at[keys.at(-1)!] = value
}

const layersOf = (json: Json): Json[] => (Array.isArray(json.layers) ? json.layers : [{}]) as Json[]

function setLayerCount(json: Json, count: unknown, where: string): void {
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MOST_LAYERS)
    throw new LabError('usage', 'The number of layers is wrong.', {
      where,
      expected: `1 to ${MOST_LAYERS}`,
      found: String(count),
    })
  const layers = layersOf(json)
  json.layers = Array.from({ length: count }, (_, index) => layers[Math.min(index, layers.length - 1)])
}
