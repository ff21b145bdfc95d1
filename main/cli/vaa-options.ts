/** The numbers of `lab vaa`: each with its place among a design's measures, whose range and default are the schema's. Flags enter, checked numbers leave. */
import { LabError } from '../../shared/errors/errors.ts'
import type { MeasuresConfig, VaaConfig } from '../../shared/experiments/config.ts'
import { fieldRule, rangeText } from '../../shared/experiments/field-rules.ts'

type VaaNumber = keyof VaaConfig

interface VaaOption {
  readonly flags: string
  readonly description: string
  /** Where it is another than a design's. */
  readonly default?: number
}

/** A run is measured again and again; this is asked once, of weights that stay: more draws, less noise. */
const DRAWS = 10

export const VAA_OPTIONS: Readonly<Record<VaaNumber, VaaOption>> = {
  series: { flags: '--series <N>', description: 'n, series compared' },
  convergenceSteps: { flags: '--convergence-steps <M>', description: 'M; without it, until every state is at rest' },
  maxConvergenceSteps: { flags: '--max-convergence-steps <M>', description: 'at most so many steps until then' },
  epsilon: { flags: '--epsilon <E>', description: 'ε' },
  draws: { flags: '--draws <N>', description: 'draws that are averaged', default: DRAWS },
  stopResidual: {
    flags: '--stop-residual <R>',
    description: 'with an M: stop once every residual stays under R (ε/1000 is safe); the result says so',
  },
}

const NAMES = Object.keys(VAA_OPTIONS) as VaaNumber[]
const ruleOf = (name: VaaNumber): ReturnType<typeof fieldRule> => fieldRule(`measures.vaa.${name}`)

/** What commander is told. @returns null for no default */
export function vaaFlags(): { readonly flags: string; readonly description: string; readonly value: string | null }[] {
  return NAMES.map((name) => {
    const { flags, description, default: own } = VAA_OPTIONS[name]
    const value = own ?? (ruleOf(name).default as number | null)
    return {
      flags,
      description: `${description} (${rangeText(ruleOf(name))})`,
      value: value === null ? null : String(value),
    }
  })
}

/** @throws LabError `usage` for what is out of its range */
export function readVaaOptions(options: Readonly<Record<string, unknown>>): Pick<MeasuresConfig, 'vaa' | 'vaaStar'> {
  const vaa = Object.fromEntries(NAMES.map((name) => [name, readNumber(options[name], name)])) as unknown as VaaConfig
  if (vaa.stopResidual !== null && vaa.convergenceSteps === null)
    throw new LabError('usage', 'Without an M, VAA stops when states are at rest.', {
      where: '--stop-residual',
      expected: '--convergence-steps beside it',
      found: 'none',
      remedy: 'Leave it out, or say how many steps of convergence there are.',
    })
  const { series, epsilon, draws } = vaa
  const convergenceSteps = fieldRule('measures.vaaStar.convergenceSteps').default as number
  return { vaa, vaaStar: { series, convergenceSteps, epsilon, draws } }
}

function readNumber(written: unknown, name: VaaNumber): number | null {
  if (written === undefined) return null
  const rule = ruleOf(name)
  const { isInteger, least = -Infinity, above = -Infinity, most = Infinity, under = Infinity } = rule
  const value = Number(written)
  if (
    Number.isFinite(value) &&
    (!isInteger || Number.isInteger(value)) &&
    value >= least &&
    value > above &&
    value <= most &&
    value < under
  )
    return value
  throw new LabError('usage', 'This flag takes a number.', {
    where: VAA_OPTIONS[name].flags.replace(/ .*$/, ''),
    expected: `a ${isInteger ? 'whole ' : ''}number ${rangeText(rule)}`,
    found: `\`${String(written)}\``,
  })
}
