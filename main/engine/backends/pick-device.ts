/** Which of an engine's devices is used: their reports and what was asked for enter, the best that can be used leaves. */
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { fromWireError } from '../../../shared/errors/wire-error.ts'
import { readDeviceName } from '../device-names.ts'

/** A graphics processor by its id or a part of its name, of several alike with its number: `H100#2`; the processor is none. */
export function isNamed({ id, name, kind }: DeviceReport, adapter: string | null): boolean {
  if (adapter === null || kind === 'processor' || id === adapter || name.includes(adapter)) return true
  const [own, asked] = [readDeviceName(name), readDeviceName(adapter)]
  return own.model.includes(asked.model) && own.number === asked.number
}

/**
 * @param reports of one engine, best first
 * @param adapter null: the best
 * @throws LabError `backend`: why none can be used, or that none is of this name
 */
export function pickDevice(reports: readonly DeviceReport[], adapter: string | null): DeviceReport {
  const named = reports.filter((report) => isNamed(report, adapter))
  const usable = named.find(({ refusal }) => refusal === null)
  if (usable) return usable
  const [refused = reports.every(({ refusal }) => refusal !== null) ? reports[0] : undefined] = named
  if (refused?.refusal) throw fromWireError(refused.refusal)
  throw new LabError('backend', 'There is no graphics processor of this name.', {
    where: '--adapter',
    expected: reports.map(({ id, name }) => `${id} (${name})`).join(', '),
    found: `\`${adapter}\``,
    remedy: 'List them with `lab devices`.',
  })
}
