/**
 * What the published JSON Schema says of the fields of a configuration: the place of a field enters, its range, choices, unit, symbol and default
 * leave; what is written of a part enters, the same with its defaults leaves. For forms and help, which need no more of a schema than this:
 * config.schema.json is made of schema.ts, and a test holds the two together.
 */
import published from './config.schema.json' with { type: 'json' }

interface SchemaNode {
  readonly type?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly const?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly default?: unknown
  readonly description?: string
  readonly unit?: FieldRule['unit']
  readonly symbol?: string
}

/** What a number may be; bounds that are absent are none. */
export interface NumberRange {
  readonly least?: number
  /** The least, without it. */
  readonly above?: number
  readonly most?: number
  /** The most, without it. */
  readonly under?: number
}

export interface FieldRule extends NumberRange {
  readonly type: 'number' | 'boolean' | 'choice' | 'text' | 'list' | 'group'
  readonly isInteger: boolean
  readonly isNullable: boolean
  /** Of a choice, or of the entries of a list. */
  readonly options: readonly string[]
  /** Undefined: it has to be written. */
  readonly default: unknown
  readonly unit?: 'steps' | 'epochs' | 'series'
  readonly symbol?: string
}

/** Its inferred type would be its whole text. */
const root = published as unknown as SchemaNode

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The kinds of what may stand here, without null; of a union of kinds, the one that `value` is of, or all where it says none. */
function choicesOf(node: SchemaNode, value: unknown): readonly SchemaNode[] {
  const { anyOf, oneOf, ...outer } = node
  const choices = anyOf ?? oneOf
  if (choices === undefined) return [node]
  const kind = isObject(value) ? value.kind : undefined
  const isOfKind = ({ properties }: SchemaNode): boolean =>
    kind === undefined || properties?.kind?.const === undefined || properties.kind.const === kind
  // What is said of the whole holds of each; a choice knows more of itself.
  return choices
    .filter((choice) => choice.type !== 'null' && isOfKind(choice))
    .map((choice) => ({ ...outer, ...choice }))
}

const childOf = (node: SchemaNode, name: string): SchemaNode | undefined =>
  node.properties?.[name] ?? (/^(\d+|\*)$/.test(name) ? node.items : undefined)

/** What may stand at a path, given what stands there and on the way to it; more than one where that leaves it open. */
function nodesAt(path: readonly string[], config: unknown): readonly SchemaNode[] {
  let places: { readonly node: SchemaNode; readonly value: unknown }[] = [{ node: root, value: config }]
  for (const name of path)
    places = places.flatMap(({ node, value }) =>
      choicesOf(node, value).flatMap((choice) => {
        const child = childOf(choice, name)
        return child === undefined ? [] : [{ node: child, value: (value as Record<string, unknown> | null)?.[name] }]
      }),
    )
  return places.map(({ node }) => node)
}

/**
 * @param field `training.batch`, `layers.*.units`, `layers.length`
 * @param config where a field depends on the kind of what it belongs to, that of this configuration; without one, the first kind that has it
 * @throws Error where the schema has no such field: the caller names what is not there
 */
export function fieldRule(field: string, config?: unknown): FieldRule {
  const [rule] = fieldRules(field, config)
  if (rule === undefined) throw new Error(`The schema of a configuration has no field ${field}.`)
  return rule
}

/** Of each kind that has the field. */
export function fieldRules(field: string, config?: unknown): FieldRule[] {
  const path = field.split('.')
  const nodes = nodesAt(path, config)
  if (nodes.length === 0 && path.at(-1) === 'length') return nodesAt(path.slice(0, -1), config).map(lengthRule)
  // The kinds of a union stand apart in its schema; together they are one choice.
  if (nodes[0]?.const === undefined) return nodes.map(ruleOf)
  const owner = nodesAt(path.slice(0, -1), config)[0]!
  const options = nodesAt(path, undefined).flatMap((node) => node.const ?? [])
  const isDefault = isObject(owner.default) ? owner.default.kind : undefined
  return [{ type: 'choice', isInteger: false, isNullable: false, options, default: isDefault }]
}

/** How many entries a list may have, as a number. */
function lengthRule({ default: entries, minItems: least, maxItems: most }: SchemaNode): FieldRule {
  return {
    type: 'number',
    isInteger: true,
    isNullable: false,
    options: [],
    default: Array.isArray(entries) ? entries.length : undefined,
    ...(least !== undefined && { least }),
    ...(most !== undefined && { most }),
  }
}

function ruleOf(node: SchemaNode): FieldRule {
  const [choice] = choicesOf(node, undefined)
  const { type, items, unit, symbol } = choice!
  const options = choice!.enum ?? items?.enum ?? []
  return {
    type: typeOf(choice!),
    isInteger: type === 'integer',
    isNullable: (node.anyOf ?? []).some((each) => each.type === 'null'),
    options,
    default: node.default,
    ...(unit && { unit }),
    ...(symbol && { symbol }),
    ...rangeOf(choice!),
  }
}

function typeOf({ type, enum: options }: SchemaNode): FieldRule['type'] {
  if (options !== undefined) return 'choice'
  switch (type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      return 'list'
    case 'string':
      return 'text'
    default:
      return 'group'
  }
}

function rangeOf({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: SchemaNode): NumberRange {
  const range = {
    // Of whole numbers the next one says the same.
    least: type === 'integer' && exclusiveMinimum !== undefined ? exclusiveMinimum + 1 : minimum,
    above: type === 'integer' ? undefined : exclusiveMinimum,
    most: type === 'integer' && exclusiveMaximum !== undefined ? exclusiveMaximum - 1 : maximum,
    under: type === 'integer' ? undefined : exclusiveMaximum,
  }
  // Every whole number that can be told from its neighbours is no bound.
  const isBound = ([name, bound]: [string, number | undefined]): boolean =>
    bound !== undefined && !(name === 'most' && bound === Number.MAX_SAFE_INTEGER)
  return Object.fromEntries(Object.entries(range).filter(isBound))
}

/** `≥ 2`, `> 0, ≤ 1`; empty for none. */
export function rangeText(
  { least, above, most, under }: NumberRange,
  format: (bound: number) => string = String,
): string {
  const low = least !== undefined ? `≥ ${format(least)}` : above !== undefined ? `> ${format(above)}` : ''
  const high = most !== undefined ? `≤ ${format(most)}` : under !== undefined ? `< ${format(under)}` : ''
  return [low, high].filter((part) => part !== '').join(', ')
}

/**
 * @param field where it stands; empty for a whole configuration
 * @param written what a file would say there, as far as it says something: of a union of kinds at least the kind
 * @returns the same with the schema's defaults; what has none and is not written stays absent
 */
export function withDefaults(field: string, written: unknown): unknown {
  return filled(nodesAt(field === '' ? [] : field.split('.'), undefined)[0]!, written)
}

function filled(node: SchemaNode, written: unknown): unknown {
  const value = written === undefined ? node.default : written
  const [choice] = choicesOf(node, value)
  if (Array.isArray(value)) return choice?.items ? value.map((entry) => filled(choice.items!, entry)) : [...value]
  if (!isObject(value)) return value
  const { properties } = choice ?? {}
  if (properties === undefined) return { ...value }
  const entries = Object.entries(properties).map(([name, child]) => [name, filled(child, value[name])] as const)
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined))
}

/** The names that an object at a path may have, where there is one. */
export function knownKeys(path: readonly PropertyKey[], config: unknown): string[] {
  const names = path.map(String)
  const value = names.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], config)
  const [node] = nodesAt(names, config)
  return Object.keys((node && choicesOf(node, value)[0]?.properties) ?? {})
}
