/** Values of the window's own that outlive it, as JSON in the browser's storage: a name, what it is without one, and how to read it enter; a ref leaves. */
import { ref, watch, type Ref } from 'vue'

/**
 * @param storage `localStorage` for every window and time, `sessionStorage` for this window alone, reloads and crashes of its page included
 * @param read makes a value of what was stored, whoever stored it; null: that is none
 */
export function remembered<Value>(
  storage: Storage,
  name: string,
  fallback: Value,
  read: (stored: unknown) => Value | null,
): Ref<Value> {
  const value = ref(readStored(storage.getItem(name), read) ?? fallback) as Ref<Value>
  watch(value, (next) => storage.setItem(name, JSON.stringify(next)), { deep: true })
  return value
}

function readStored<Value>(text: string | null, read: (stored: unknown) => Value | null): Value | null {
  if (text === null) return null
  let stored: unknown
  try {
    stored = JSON.parse(text)
  } catch {
    return null // another version's, or another program's on this address
  }
  return read(stored)
}
