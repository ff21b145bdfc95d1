/**
 * Lines of jobs side by side: what the engines may use and the devices that were found enter, a line a device leaves. The first line takes
 * every job, on the processor or the best graphics processor; each further graphics processor has one of its own, for jobs that it can run.
 */
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import type { EngineOptions } from '../engine-options.ts'

/** One job at a time is run on it. */
export interface EngineLine {
  readonly id: string
  readonly engine: EngineOptions
  /** The one backend whose jobs it takes; null: any. */
  readonly backend: string | null
}

export const takes = ({ backend }: EngineLine, asked: string): boolean => backend === null || backend === asked

/** @param devices best first */
export function engineLines(engine: EngineOptions, devices: readonly DeviceReport[]): EngineLine[] {
  const first: EngineLine = { id: 'first', engine, backend: null }
  if (engine.adapter !== null) return [first] // the one that the user has named
  const further = devices
    .filter(({ kind, refusal }) => kind === 'gpu' && refusal === null)
    .filter(({ backend, id }) => id !== backend) // the best of its engine is the first line's
    .map(({ id, backend }): EngineLine => ({ id, engine: { ...engine, adapter: id }, backend }))
  return [first, ...further]
}
