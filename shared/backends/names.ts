/** The names of the backends, and what a configuration may ask for: the one list that schema, form, command line and tests read. What each of them can do on a machine is main/engine/backends'. */

export const BACKEND_NAMES = ['wasm', 'webgpu', 'tensorflow', 'reference'] as const

export type BackendName = (typeof BACKEND_NAMES)[number]

/** `auto` leaves the choice to the lab. In the order in which they are offered. */
export const BACKEND_CHOICES = ['auto', ...BACKEND_NAMES] as const

export type BackendChoice = (typeof BACKEND_CHOICES)[number]

export function isBackendName(name: string): name is BackendName {
  return (BACKEND_NAMES as readonly string[]).includes(name)
}

/** Whether it never needs another device than the processor. */
export const isOnProcessor = (name: string): boolean => name === 'wasm' || name === 'reference'

/** For help and messages: `a, b or c`. */
export function listNames(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`
}
