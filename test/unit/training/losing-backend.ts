/** A backend whose device is gone at chosen calls: every engine that it had fails from then on, the next one has a new device. */
import type { Backend, Engine } from '../../../shared/backends/backend.ts'
import { LabError } from '../../../shared/protocol/errors.ts'

export interface LosingBackend extends Backend {
  /** Calls of all its engines so far. */
  callCount(): number
}

/** @param isLost asked at every call, with how many there were before on all devices, and which it is */
export function losingBackend(backend: Backend, isLost: (callCount: number, call: string) => boolean): LosingBackend {
  let callCount = 0
  return {
    ...backend,
    callCount: () => callCount,
    async createEngine(network, replicas) {
      const engine = await backend.createEngine(network, replicas)
      let isGone = false
      return new Proxy(engine, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function' || name === 'dispose') return value
          return (...parameters: unknown[]): unknown => {
            isGone ||= isLost(callCount++, String(name))
            if (isGone) return Promise.reject(new LabError('device-lost', 'the device is gone.'))
            return (value as (...all: unknown[]) => unknown).apply(target, parameters)
          }
        },
      }) satisfies Engine
    },
  }
}
