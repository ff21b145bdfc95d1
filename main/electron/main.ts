/** The desktop's main process: one instance, the lab, its windows, and the order in which they come and go. */
import { app, nativeTheme } from 'electron'
import path from 'node:path'
import { readEngineOptions } from '../engine/engine-options.ts'
import { offerExecutors } from '../engine/executor/offer-executors.ts'
import { Lab } from '../lab/lab.ts'
import { StaticFiles } from '../server/static-files.ts'
import { labHome } from '../store/home.ts'
import { registerScheme, serveApp } from './app-protocol.ts'
import { showSigns } from './desktop-signs.ts'
import { openElectronExecutor } from './executors/open-executor.ts'
import { answerFileDialogs } from './file-dialogs.ts'
import { guardPages } from './guards.ts'
import { openDoor } from './ipc.ts'
import { setMenu } from './menu.ts'
import { Quit } from './quit.ts'
import { startUtilityTrial } from './utility-trial.ts'
import { Windows } from './windows.ts'

const folder = __dirname
const home = labHome()

async function start(): Promise<void> {
  // Whoever gives the sandbox up (main/cli/desktop.ts) gets a desktop still: with both no page would load.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  letWebGpuIn()
  guardPages()
  offerExecutors((request) => openElectronExecutor(folder, request))
  registerScheme()
  const labOpening = Lab.open(home, readEngineOptions(), {
    startTrial: (tried) => startUtilityTrial(folder, tried),
  })
  const filesReading = StaticFiles.read(path.join(folder, '..', 'renderer'))
  const windows = new Windows(home, folder)
  openDoor(labOpening)
  answerFileDialogs()
  app.on('window-all-closed', () => undefined) // judged below, once the lab is open, by the windows that the user sees
  await app.whenReady()
  setMenu({ act: (action) => windows.act(action), openWindow: () => windows.open() })
  serveApp(await filesReading)
  windows.show()
  app.on('activate', () => windows.show())
  app.on('second-instance', () => windows.show())
  const lab = await labOpening
  followTheme(lab)
  const quit = new Quit(lab, windows)
  windows.judgeClose = (event, window) => quit.judge(event, window)
  showSigns(lab, windows)
  windows.afterLast = () => quit.afterLastWindow()
  if (windows.all().length === 0) quit.afterLastWindow()
}

/** Under Linux, Chromium keeps WebGPU back unless it is told that it may use Vulkan. */
function letWebGpuIn(): void {
  if (process.platform !== 'linux') return
  const { commandLine } = app
  commandLine.appendSwitch('enable-unsafe-webgpu')
  const asked = commandLine.getSwitchValue('enable-features')
  commandLine.appendSwitch('enable-features', asked === '' ? 'Vulkan' : `${asked},Vulkan`)
}

/** Dialogs, menus and the ground of a new window look like the page. */
function followTheme(lab: Lab): void {
  nativeTheme.themeSource = lab.settings.theme
  lab.listen((event) => {
    if (event.type === 'settings') nativeTheme.themeSource = event.settings.theme
  })
}

// Two labs on one home would be two engines on the same cores.
app.setPath('userData', path.join(home, 'desktop'))
if (app.requestSingleInstanceLock())
  start().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    app.exit(1)
  })
else app.quit()
