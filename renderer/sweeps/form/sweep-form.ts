/**
 * A sweep as the form holds it, and as `lab sweep` reads it: a design and some fields with the text of their values enter, the definition
 * leaves. What is wrong with it is said by the lab, which reads definitions anyway.
 */
import { leavesOf } from '../../../shared/experiments/config-differences.ts'
import type { ExperimentConfig, LayerConfig, Strategy } from '../../../shared/experiments/config.ts'
import { halfOf } from '../../../shared/experiments/read-config.ts'
import {
  MOST_POINTS,
  rangeMistake,
  type RangeMistake,
  type SweepDefinition,
} from '../../../shared/experiments/sweep.ts'
import { parseJson } from '../../../shared/exchange/parse-json.ts'
import { decimalMark } from '../../words/format.ts'
import { readTypedNumber } from '../../words/typed-number.ts'

export const AXIS_KINDS = ['list', 'choice', 'uniform', 'log-uniform', 'integer'] as const

export interface SweepAxis {
  field: string
  kind: (typeof AXIS_KINDS)[number]
  /** Of a list or choice: values parted by commas. */
  values: string
  low: number
  high: number
}

export interface SweepForm {
  name: string
  strategies: Strategy[]
  seeds: string
  axes: SweepAxis[]
  draws: number
  drawSeed: number
}

/** One more than a sweep takes: a longer range is refused as it is, and not cut off to what fits. */
const MOST_IN_RANGE = MOST_POINTS + 1

/**
 * `gru, 100, 0..4, true` as JSON values; what is no JSON is text. A list or object in brackets is one value. Where semicolons part the
 * values, commas are decimal marks: `0,1; 0,01`.
 */
export function parseValues(text: string): unknown[] {
  const mark = splitOutsideBrackets(text, ';').length > 1 ? ';' : ','
  return splitOutsideBrackets(text, mark).flatMap((piece): unknown[] => {
    const range = /^(\d+)\.\.(\d+)$/.exec(piece)
    if (range) {
      const [low, high] = [Number(range[1]), Number(range[2])]
      return Array.from({ length: Math.min(MOST_IN_RANGE, Math.max(0, high - low + 1)) }, (_, i) => low + i)
    }
    const number = mark === ';' ? readTypedNumber(piece) : null
    if (number !== null) return [number]
    try {
      return [parseJson(piece)]
    } catch {
      return [piece]
    }
  })
}

function splitOutsideBrackets(text: string, mark: ',' | ';'): string[] {
  const pieces: string[] = []
  let depth = 0
  let piece = ''
  for (const character of text) {
    if ('[{'.includes(character)) depth++
    if (']}'.includes(character)) depth--
    if (character === mark && depth <= 0) {
      pieces.push(piece.trim())
      piece = ''
    } else piece += character
  }
  pieces.push(piece.trim())
  return pieces.filter((part) => part !== '')
}

/** Those of the paper's first table, then its others. */
const PAPER_CELLS = ['gru', 'lstm', 'mgu', 'nbrc', 'brc']
const CELL_COUNT = 3

/** Strategies, cells, lengths and seeds: the study that the lab is for, from any design. */
export function formOf(config: ExperimentConfig, cells: readonly string[]): SweepForm {
  const axes: SweepAxis[] = []
  const first = config.layers[0]
  if (first && first.parts === null) {
    const offered = [first.cell, ...PAPER_CELLS].filter((name) => cells.includes(name) || name === first.cell)
    axes.push(axis('layers.*.cell', [...new Set(offered)].slice(0, CELL_COUNT).join(', ')))
  }
  if ('steps' in config.dataset)
    axes.push(axis('dataset.steps', `${config.dataset.steps}, ${2 * config.dataset.steps}`))
  return {
    name: config.name,
    strategies: [...(config.strategies ?? [])],
    seeds: config.seeds.join(', '),
    axes,
    draws: 20,
    drawSeed: 0,
  }
}

/** What was typed, beside what stood there before. */
export interface SweepDraft {
  readonly first: SweepForm
  readonly form: SweepForm
}

/**
 * A form that was left: what was changed in it, over how its design would begin a sweep now; nothing of it for another design.
 *
 * @param first as the design has it now
 */
export function keptForm(draft: SweepDraft, first: SweepForm): SweepForm {
  if (draft.first.name !== first.name) return first
  const isChanged = (name: keyof SweepForm): boolean =>
    JSON.stringify(draft.form[name]) !== JSON.stringify(draft.first[name])
  const names = Object.keys(first) as (keyof SweepForm)[]
  return { ...first, ...Object.fromEntries(names.filter(isChanged).map((name) => [name, draft.form[name]])) }
}

export function axis(field: string, values: string): SweepAxis {
  return { field, kind: 'list', values, low: 0, high: 1 }
}

export function definitionOf(form: SweepForm, config: ExperimentConfig): unknown {
  const lists = form.axes.filter(({ kind }) => kind === 'list')
  const drawn = form.axes.filter(({ kind }) => kind !== 'list')
  const base = {
    ...config,
    layers: config.layers.map(followingLayer),
    strategies: config.strategies === null ? null : form.strategies,
    seeds: form.seeds,
  }
  return {
    name: form.name,
    config: base,
    grid: Object.fromEntries(lists.map(({ field, values }) => [field, parseValues(values)])),
    random:
      drawn.length === 0
        ? null
        : {
            count: form.draws,
            seed: form.drawSeed,
            fields: Object.fromEntries(drawn.map((entry) => [entry.field, drawOf(entry)])),
          },
  } satisfies Partial<Record<keyof SweepDefinition, unknown>>
}

/** Fields that more than one row changes. */
export function fieldsTwice({ axes }: SweepForm): string[] {
  const fields = axes.map(({ field }) => field).filter((field) => field !== '')
  return [...new Set(fields.filter((field, index) => fields.indexOf(field) !== index))]
}

/** In a language with decimal commas `0,5` may be a number or two of them. */
const COMMA_OR_DECIMAL = /\d,\d/

export type AxisMistake = RangeMistake['fault'] | 'noField' | 'noValues' | 'commaOrDecimal'

/** What is wrong with a row, by its name among the words of the form; null for a good one. */
export function axisMistake({ field, kind, values, low, high }: SweepAxis): AxisMistake | null {
  if (field.trim() === '') return 'noField'
  if (kind !== 'list' && kind !== 'choice') return rangeMistake({ kind, low, high })?.fault ?? null
  if (parseValues(values).length === 0) return 'noValues'
  const isParted = splitOutsideBrackets(values, ';').length > 1
  return decimalMark.value === ',' && !isParted && COMMA_OR_DECIMAL.test(values) ? 'commaOrDecimal' : null
}

function drawOf({ kind, values, low, high }: SweepAxis): unknown {
  return kind === 'choice' ? { kind, values: parseValues(values) } : { kind, low, high }
}

/** What a resolved design has filled in follows the fields it came from again, so that a sweep over cells changes both parts. */
function followingLayer({ coldCell, warmUnits, ...layer }: LayerConfig): Partial<LayerConfig> {
  return {
    ...layer,
    ...(coldCell === layer.cell ? {} : { coldCell }),
    ...(warmUnits === halfOf(layer.units) ? {} : { warmUnits }),
  }
}

/** Every field that a sweep of this design may name; those of layers once for all layers. */
export function fieldsOf(config: ExperimentConfig): string[] {
  const names = leavesOf(config, '').map(([field]) => field.replace(/^layers\.\d+\./, 'layers.*.'))
  return [...new Set(names)].filter((name) => name !== 'name')
}
