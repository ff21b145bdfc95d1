/** Fields by a short name each, where there is no room for their paths. */

/** `layers.0.units` is `units`, unless another of the fields ends like this, too. */
export function shortName(field: string, fields: readonly string[]): string {
  const last = field.split('.').at(-1)!
  return fields.filter((other) => other.split('.').at(-1) === last).length > 1 ? field : last
}
