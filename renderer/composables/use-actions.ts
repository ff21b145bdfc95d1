/**
 * The actions of shared/protocol/app-actions.ts in this window: whoever can carry one out registers it; keys, the desktop's menu and buttons
 * ask for it. The one registered last is asked first, so that a view may take an action over from the frame.
 */
import { onMounted, onScopeDispose } from 'vue'
import { APP_ACTIONS, type AppAction } from '../../shared/protocol/app-actions.ts'

/** @returns `false`: not now, ask the next one */
type Handler = () => unknown

const handlers = new Map<AppAction, Handler[]>()
/** The second key of a sequence comes within so long. */
const SEQUENCE_MS = 1200
/** Where single keys write, choose or move something else. */
const TYPING = 'input, textarea, select, [contenteditable="true"], [role="slider"], [role="separator"], [role="menu"]'

/** In a component's setup: registered as long as the component is shown. */
export function useAction(action: AppAction, handler: Handler): void {
  onMounted(() => handlers.set(action, [...(handlers.get(action) ?? []), handler]))
  onScopeDispose(() =>
    handlers.set(
      action,
      (handlers.get(action) ?? []).filter((other) => other !== handler),
    ),
  )
}

/** Whether somebody who is shown now could carry it out. */
export function canPerform(action: AppAction): boolean {
  return (handlers.get(action)?.length ?? 0) > 0
}

/** @returns whether somebody has carried it out */
export function perform(action: AppAction): boolean {
  return [...(handlers.get(action) ?? [])].reverse().some((handler) => handler() !== false)
}

/**
 * Once, in the frame: hears keys and the desktop's menu until the frame is gone.
 * @param areSingleKeysHeard whether the user wants shortcuts without Ctrl or Command
 */
export function useShortcuts(areSingleKeysHeard: () => boolean): void {
  let first = { key: '', timeMs: -Infinity }

  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.altKey) return
    const key = keyOf(event)
    const isSingle = !key.startsWith('Mod+')
    if (isSingle && (!areSingleKeysHeard() || isTyping(event.target))) return
    const isSequence = isSingle && performance.now() - first.timeMs < SEQUENCE_MS
    const action = (isSequence && find(`${first.key} ${key}`)) || find(key)
    first = { key, timeMs: performance.now() }
    if (action && perform(action)) {
      event.preventDefault()
      first = { key: '', timeMs: -Infinity }
    }
  }

  onMounted(() => {
    window.addEventListener('keydown', onKey)
    window.warmupLab?.onAction((action) => perform(action))
  })
  onScopeDispose(() => window.removeEventListener('keydown', onKey))
}

/** In the notation of APP_ACTIONS. */
function keyOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  if (!ctrlKey && !metaKey) return key
  return `Mod+${shiftKey && key.length === 1 ? 'Shift+' : ''}${key.length === 1 ? key.toUpperCase() : key}`
}

function find(keys: string): AppAction | undefined {
  return (Object.keys(APP_ACTIONS) as AppAction[]).find((action) =>
    (APP_ACTIONS[action].keys as readonly string[]).includes(keys),
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null
}
