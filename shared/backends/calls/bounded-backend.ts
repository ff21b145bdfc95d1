/**
 * A backend in this thread whose calls must be answered in time: a device may hang while the thread goes on. Whoever waits then hears that it is
 * lost, and it is given up.
 */
import type { Backend } from '../backend.ts'
import { CalledEngine, type Breathe, type EngineCall } from './called-engine.ts'
import { CallLimits, FIRST_CALL_LIMIT_MS, hungDevice, workOf, type AlarmClock } from './call-limits.ts'

/** @param giveUp ends the device that does not answer */
export function boundedBackend<Bounded extends Backend>(
  backend: Bounded,
  clock: AlarmClock,
  giveUp: () => void,
): Bounded {
  const limits = new CallLimits()
  const inTime = <Answer>(
    limitMs: number,
    ask: (breathing: (breathe: Breathe) => Breathe) => Promise<Answer>,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const setAlarm = (): (() => void) =>
        clock.after(limitMs, () => {
          reject(hungDevice(backend.name, limitMs))
          giveUp()
        })
      let takeBackAlarm = setAlarm()
      // The caller may take its time.
      const breathing =
        (breathe: Breathe): Breathe =>
        async () => {
          takeBackAlarm()
          await breathe()
          takeBackAlarm = setAlarm()
        }
      ask(breathing)
        .finally(() => takeBackAlarm())
        .then(resolve, reject)
    })
  return {
    ...backend,
    async createEngine(...asked) {
      const engine = await inTime(FIRST_CALL_LIMIT_MS, () => backend.createEngine(...asked))
      const carryOut = (call: EngineCall, parameters: readonly unknown[]): Promise<unknown> =>
        (engine[call] as (...all: readonly unknown[]) => Promise<unknown>)(...parameters)
      return new CalledEngine(engine, async (call, parameters, breathe) => {
        const work = workOf(parameters)
        const begunMs = clock.now()
        const answer = await inTime(limits.limitMs(call, work), (breathing) =>
          carryOut(call, breathe === null ? parameters : [...parameters, breathing(breathe)]),
        )
        limits.note(call, work, clock.now() - begunMs)
        return answer
      })
    },
  }
}
