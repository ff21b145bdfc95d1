/** Keys as they are printed on this computer's keyboard: `Mod+Shift+Z` enters, `Ctrl`, `Shift`, `Z` or `⌘`, `⇧`, `Z` leave. */

import { APP_ACTIONS, type AppAction } from '../../shared/protocol/app-actions.ts'

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

const NAMES: Readonly<Record<string, string>> = isMac
  ? { Mod: '⌘', Shift: '⇧', Enter: '↩' }
  : { Mod: 'Ctrl', Shift: 'Shift', Enter: 'Enter' }

/** @returns one list a key of the sequence */
export function keyNames(keys: string): string[][] {
  return keys.split(' ').map((key) => (key === '+' ? [key] : key.split('+').map((part) => NAMES[part] ?? part)))
}

export const modName = NAMES.Mod!

/** The keys of an action as a title shows them: `Ctrl+Enter`, `g d`. */
export function shownKeys(action: AppAction): string {
  return keyNames(APP_ACTIONS[action].keys[0])
    .map((key) => key.join(isMac ? '' : '+'))
    .join(' ')
}
