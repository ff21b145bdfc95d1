/** The desktop's main process: one instance, the lab, its window, and the order in which they come and go. */
import { app, type BrowserWindow, type Event } from 'electron'
import path from 'node:path'
import { Lab } from '../lab/lab.ts'
import { StaticFiles } from '../server/static-files.ts'
import { labHome } from '../store/home.ts'
import { registerScheme, serveApp } from './app-protocol.ts'
import { showSigns } from './desktop-signs.ts'
import { openDoor } from './ipc.ts'
import { setMenu } from './menu.ts'
import { guardQuit } from './quit.ts'
import { openWindow, refusePermissions } from './window.ts'

const folder = __dirname
const home = labHome()
let window: BrowserWindow | null = null
/** Set once the lab is open. */
let judgeClose: (event: Event) => void = () => undefined

function show(): void {
  if (window === null) {
    window = openWindow(home, folder)
    window.on('close', (event) => judgeClose(event))
    window.on('closed', () => (window = null))
    return
  }
  if (window.isMinimized()) window.restore()
  window.focus()
}

async function start(): Promise<void> {
  registerScheme()
  const labOpening = Lab.open(home)
  const filesReading = StaticFiles.read(path.join(folder, '..', 'renderer'))
  openDoor(labOpening)
  await app.whenReady()
  refusePermissions()
  setMenu()
  serveApp(await filesReading)
  show()
  app.on('activate', show)
  app.on('second-instance', show)
  const lab = await labOpening
  judgeClose = guardQuit(lab, () => window)
  showSigns(lab, () => window)
}

// Two labs on one home would be two engines on the same cores.
app.setPath('userData', path.join(home, 'desktop'))
if (app.requestSingleInstanceLock())
  start().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    app.exit(1)
  })
else app.quit()
app.on('window-all-closed', () => app.quit())
