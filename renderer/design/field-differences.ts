/** Which fields of a design hold something else than what a file that does not name them gets: fields and a configuration enter, those fields leave. */
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { fieldRule } from '../../shared/experiments/field-rules.ts'
import { readField, type DesignField } from './design-fields.ts'

/** @param fields that matter to the design */
export function changedFields(fields: readonly DesignField[], config: ExperimentConfig): DesignField[] {
  return fields.filter((field) => {
    const value = readField(config, field.path)
    const usual = fieldRule(field.path, config).default
    // Of a group that may be absent only that is asked: what it holds has fields of its own.
    if (field.kind === 'optional') return (value === null) !== (usual === null)
    return usual !== undefined && JSON.stringify(value) !== JSON.stringify(usual)
  })
}
