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
  'go.sweeps': { keys: ['g w', 'Mod+3'], accelerator: 'CmdOrCtrl+3', group: 'views' },
  'go.compare': { keys: ['g c', 'Mod+4'], accelerator: 'CmdOrCtrl+4', group: 'views' },
  // Not `g x`: a slow `x` stops a run.
  'go.trash': { keys: ['g b'], accelerator: null, group: 'views' },
  'go.settings': { keys: ['g s', 'Mod+,'], accelerator: 'CmdOrCtrl+,', group: 'views' },
  'go.search': { keys: ['/'], accelerator: 'CmdOrCtrl+F', group: 'views' },
  'design.open': { keys: ['Mod+O'], accelerator: 'CmdOrCtrl+O', group: 'design' },
  'design.save': { keys: ['Mod+S'], accelerator: 'CmdOrCtrl+S', group: 'design' },
  'design.bring-data': { keys: ['Mod+I'], accelerator: 'CmdOrCtrl+I', group: 'design' },
  'design.copy-link': { keys: ['l'], accelerator: null, group: 'design' },
  'design.keep': { keys: ['Mod+Shift+S'], accelerator: 'CmdOrCtrl+Shift+S', group: 'design' },
  'design.sweep': { keys: ['g n'], accelerator: null, group: 'design' },
  'design.start': { keys: ['Mod+Enter'], accelerator: 'CmdOrCtrl+Enter', group: 'design' },
  // The desktop's Edit menu has them for texts.
  'design.undo': { keys: ['Mod+Z'], accelerator: null, group: 'design' },
  'design.redo': { keys: ['Mod+Shift+Z', 'Mod+Y'], accelerator: null, group: 'design' },
  'run.previous': { keys: ['k'], accelerator: null, group: 'run' },
  'run.next': { keys: ['j'], accelerator: null, group: 'run' },
  'run.pause-or-resume': { keys: ['p'], accelerator: 'CmdOrCtrl+P', group: 'run' },
  'run.stop': { keys: ['x'], accelerator: null, group: 'run' },
  'run.fork': { keys: ['f'], accelerator: null, group: 'run' },
  'queue.resume-held': { keys: ['r q'], accelerator: null, group: 'run' },
  // Of the chosen runs of the table, or of the one under its cursor.
  'runs.compare': { keys: ['c'], accelerator: null, group: 'run' },
  'runs.star': { keys: ['s'], accelerator: null, group: 'run' },
  'runs.archive': { keys: ['e'], accelerator: null, group: 'run' },
  'runs.group': { keys: ['v'], accelerator: null, group: 'run' },
  // Of what is chosen in the trash, or under its cursor.
  'runs.restore': { keys: ['r'], accelerator: null, group: 'run' },
  'help.open': { keys: ['g h'], accelerator: null, group: 'window' },
  'help.shortcuts': { keys: ['?'], accelerator: null, group: 'window' },
  'help.tour': { keys: ['g t'], accelerator: null, group: 'window' },
  'window.palette': { keys: ['Mod+K'], accelerator: 'CmdOrCtrl+K', group: 'window' },
  'window.theme': { keys: ['t'], accelerator: 'CmdOrCtrl+Shift+L', group: 'window' },
} as const satisfies Record<string, ActionKeys>

export type AppAction = keyof typeof APP_ACTIONS

export function isAppAction(value: unknown): value is AppAction {
  return typeof value === 'string' && Object.hasOwn(APP_ACTIONS, value)
}
