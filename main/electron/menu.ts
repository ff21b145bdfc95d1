/**
 * The application menu: Electron's own roles, and the lab's actions with the accelerators of shared/protocol/app-actions.ts. An action is
 * only passed on to the window in front; what it does is the page's.
 */
import { app, Menu, shell, type MenuItemConstructorOptions } from 'electron'
import { APP_ACTIONS, type AppAction } from '../../shared/protocol/app-actions.ts'
import { PAPER_URL } from '../../shared/protocol/external-links.ts'
import { TEXTS } from './texts.ts'

export interface MenuTargets {
  act(action: AppAction): void
  openWindow(): void
}

const text = TEXTS.menu

export function setMenu(targets: MenuTargets): void {
  const isMac = process.platform === 'darwin'
  const item = (label: string, action: AppAction): MenuItemConstructorOptions => ({
    id: action,
    label,
    accelerator: APP_ACTIONS[action].accelerator ?? undefined,
    click: () => targets.act(action),
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const settings = item(text.settings, 'go.settings')
  const template: MenuItemConstructorOptions[] = [
    ...(isMac
      ? [
          {
            label: app.name,
            submenu: [
              { role: 'about' } as const,
              separator,
              settings,
              separator,
              { role: 'services' } as const,
              separator,
              { role: 'hide' } as const,
              { role: 'hideOthers' } as const,
              { role: 'unhide' } as const,
              separator,
              { role: 'quit' } as const,
            ],
          },
        ]
      : []),
    {
      label: text.file,
      submenu: [
        { label: text.newWindow, accelerator: 'CmdOrCtrl+Shift+N', click: () => targets.openWindow() },
        separator,
        item(text.openDesign, 'design.open'),
        item(text.saveDesign, 'design.save'),
        item(text.bringData, 'design.bring-data'),
        item(text.keepDesign, 'design.keep'),
        item(text.copyLink, 'design.copy-link'),
        separator,
        ...(isMac ? [] : [settings, separator]),
        { role: 'close' },
        ...(isMac ? [] : [{ role: 'quit' } as const]),
      ],
    },
    { role: 'editMenu' },
    {
      label: text.run,
      submenu: [
        item(text.start, 'design.start'),
        separator,
        item(text.pauseOrResume, 'run.pause-or-resume'),
        item(text.stop, 'run.stop'),
        item(text.fork, 'run.fork'),
        separator,
        item(text.resumeHeld, 'queue.resume-held'),
        separator,
        item(text.nextRun, 'run.next'),
        item(text.previousRun, 'run.previous'),
      ],
    },
    {
      label: text.view,
      submenu: [
        item(text.design, 'go.design'),
        item(text.runs, 'go.runs'),
        item(text.sweeps, 'go.sweeps'),
        item(text.compare, 'go.compare'),
        item(text.trash, 'go.trash'),
        item(text.search, 'go.search'),
        item(text.palette, 'window.palette'),
        separator,
        item(text.theme, 'window.theme'),
        separator,
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      label: text.help,
      submenu: [
        item(text.howItWorks, 'help.open'),
        item(text.shortcuts, 'help.shortcuts'),
        item(text.tour, 'help.tour'),
        separator,
        { label: text.paper, click: () => void shell.openExternal(PAPER_URL) },
      ],
    },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
