/** A backend that behaves as another one, but for what a test does around each call of its engines. */
import type { Backend, Engine } from '../../../shared/backends/backend.ts'

/** Answers for a call, or carries it out. `dispose` is never asked about. */
export type Around = (call: string, carryOut: () => unknown, parameters: readonly unknown[]) => unknown

/** @param around made anew for each engine */
export function aroundCalls(backend: Backend, around: (engine: Engine) => Around): Backend {
  return {
    ...backend,
    async createEngine(...asked) {
      const engine = await backend.createEngine(...asked)
      const ask = around(engine)
      return new Proxy(engine, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          const carryOut = value.bind(target) as (...all: unknown[]) => unknown
          if (name === 'dispose') return carryOut
          return (...parameters: unknown[]) => ask(String(name), () => carryOut(...parameters), parameters)
        },
      })
    },
  }
}
