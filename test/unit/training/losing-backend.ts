/** A backend whose device is gone at chosen calls: every engine that it had fails from then on, the next one has a new device. */
import type { Backend } from '../../../shared/backends/backend.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { aroundCalls } from '../backends/around-calls.ts'

export interface LosingBackend extends Backend {
  /** Calls of all its engines so far. */
  callCount(): number
}

/** @param isLost asked at every call, with how many there were before on all devices, and which it is */
export function losingBackend(backend: Backend, isLost: (callCount: number, call: string) => boolean): LosingBackend {
  let callCount = 0
  const losing = aroundCalls(backend, () => {
    let isGone = false
    return (call, carryOut) => {
      isGone ||= isLost(callCount++, call)
      return isGone ? Promise.reject(new LabError('device-lost', 'the device is gone.')) : carryOut()
    }
  })
  return { ...losing, callCount: () => callCount }
}
