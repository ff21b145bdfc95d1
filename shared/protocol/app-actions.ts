/**
 * What can be asked of a window as a whole, wherever it is asked: a key, the desktop's menu, a button. One table, so that the menu, the
 * keyboard and the overview of shortcuts agree. What an action is called stands in the renderer's messages and in the desktop's texts.
 */

export interface ActionKeys {
  /**
   * Keys in the page: `Mod` is Ctrl, or Command on a Mac; a space parts the keys of a sequence. The first that a browser leaves to the page
   * is shown. Keys without `Mod` are not heard while a text is typed.
   */
  readonly keys: readonly string[]
  /** In the desktop's menu, in Electron's notation; null: no accelerator. */
  readonly accelerator: string | null
  readonly group: 'views' | 'design' | 'run' | 'window'
}

export const APP_ACTIONS = {
  'go.design': { keys: ['g d', 'Mod+1'], accelerator: 'CmdOrCtrl+1', group: 'views' },
  'go.runs': { keys: ['g r', 'Mod+2'], accelerator: 'CmdOrCtrl+2', group: 'views' },
  'go.settings': { keys: ['g s', 'Mod+,'], accelerator: 'CmdOrCtrl+,', group: 'views' },
  'go.search': { keys: ['/'], accelerator: 'CmdOrCtrl+F', group: 'views' },
  'design.open': { keys: ['Mod+O'], accelerator: 'CmdOrCtrl+O', group: 'design' },
  'design.save': { keys: ['Mod+S'], accelerator: 'CmdOrCtrl+S', group: 'design' },
  // Heard by the design view itself, which also knows the fields that they concern.
  'design.start': { keys: ['Mod+Enter'], accelerator: null, group: 'design' },
  'design.undo': { keys: ['Mod+Z'], accelerator: null, group: 'design' },
  'design.redo': { keys: ['Mod+Shift+Z'], accelerator: null, group: 'design' },
  'run.previous': { keys: ['k'], accelerator: null, group: 'run' },
  'run.next': { keys: ['j'], accelerator: null, group: 'run' },
  'run.pause-or-resume': { keys: ['p'], accelerator: 'CmdOrCtrl+P', group: 'run' },
  'run.stop': { keys: ['x'], accelerator: null, group: 'run' },
  // Of the chosen runs of the table, or of the one under its cursor.
  'runs.compare': { keys: ['c'], accelerator: null, group: 'run' },
  'runs.star': { keys: ['s'], accelerator: null, group: 'run' },
  'runs.archive': { keys: ['e'], accelerator: null, group: 'run' },
  'runs.group': { keys: ['v'], accelerator: null, group: 'run' },
  'help.shortcuts': { keys: ['?'], accelerator: null, group: 'window' },
  'help.tour': { keys: ['g t'], accelerator: null, group: 'window' },
  'window.theme': { keys: ['t'], accelerator: 'CmdOrCtrl+Shift+L', group: 'window' },
} as const satisfies Record<string, ActionKeys>

export type AppAction = keyof typeof APP_ACTIONS

export function isAppAction(value: unknown): value is AppAction {
  return typeof value === 'string' && Object.hasOwn(APP_ACTIONS, value)
}
