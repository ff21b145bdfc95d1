/** What tells configurations apart: JSON enters, the fields that are not the same everywhere leave, with what each configuration has there. */

export interface FieldDifference {
  /** As in sweeps: `training.batch`, `layers.0.cell`. */
  readonly field: string
  /** One a configuration; undefined where it has no such field. */
  readonly values: readonly unknown[]
}

/** Fields in the order in which they come first. @param ignored names of fields that tell nothing */
export function configDifferences(
  configs: readonly unknown[],
  ignored: readonly string[] = ['name'],
): FieldDifference[] {
  const leaves = configs.map((config) => new Map(leavesOf(config, '')))
  const fields = [...new Set(leaves.flatMap((map) => [...map.keys()]))]
  return fields.flatMap((field) => {
    const values = leaves.map((map) => map.get(field))
    const isSame = values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]))
    return isSame || ignored.includes(field) ? [] : [{ field, values }]
  })
}

/** Every field with its value. Lists of plain values are one value: seeds, strategies. */
export function leavesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]]
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null)) return [[path, value]]
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, path === '' ? key : `${path}.${key}`))
}
