/** How much memory the wasm engine may take. A matter of the machine, not of the experiment: results do not depend on it. */
import { LabError } from '../../shared/protocol/errors.ts'
import { DEFAULT_MEMORY_BYTES } from '../../shared/backends/wasm/wasm-backend.ts'

export const MEMORY_VARIABLE = 'WARMUP_LAB_MEMORY'

const UNITS: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, MIB: 2 ** 20, GIB: 2 ** 30 }
/** All that 32-bit addresses reach. */
const MOST_BYTES = 2 ** 32

/** @throws LabError `usage` when the variable (or `--memory`, which sets it) is not an amount of memory */
export function memoryBound(): number {
  const given = process.env[MEMORY_VARIABLE]
  if (given === undefined || given === '') return DEFAULT_MEMORY_BYTES
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([MG]i?B)\s*$/i.exec(given) ?? []
  const bytes = Number(number) * (UNITS[unit?.toUpperCase() ?? ''] ?? NaN)
  if (!(bytes >= 1e6 && bytes <= MOST_BYTES))
    throw new LabError('usage', 'The amount of memory cannot be used.', {
      where: `--memory or ${MEMORY_VARIABLE}`,
      expected: 'an amount from 1MB to 4GiB, such as 800MB or 2GiB',
      found: given,
      remedy: 'Leave it out for 1.5 GiB.',
    })
  return bytes
}
