/** A toy backend whose engines need a choice, as of a kernel's shape, which they measure where their tuning gives none. */
import type { Backend } from '../../../shared/backends/backend.ts'
import { toyBackend } from './toy.ts'

export interface ChoosingBackend {
  readonly backend: Backend
  measurementCount(): number
}

/** @param measured what a measurement comes to */
export function choosingBackend(measured: string): ChoosingBackend {
  let measurementCount = 0
  const measure = (): string => {
    measurementCount++
    return measured
  }
  const backend: Backend = {
    ...toyBackend(),
    async createEngine(network, replicas, { choice = measure() } = {}) {
      return { ...(await toyBackend().createEngine(network, replicas)), tuning: { choice } }
    },
  }
  return { backend, measurementCount: () => measurementCount }
}
