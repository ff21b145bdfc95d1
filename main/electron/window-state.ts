/** Where the window stood: read when it is made, written when it closes; a place on no screen of today is given up. */
import { screen, type BrowserWindow, type Rectangle } from 'electron'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseJson } from '../../shared/exchange/parse-json.ts'

export interface WindowState {
  readonly bounds: Rectangle | null
  readonly isMaximized: boolean
}

const FILE = 'window.json'
const NOTHING: WindowState = { bounds: null, isMaximized: false }

export function readWindowState(home: string): WindowState {
  try {
    const file = path.join(home, FILE)
    if (!statSync(file).isFile()) return NOTHING // a pipe would be waited for
    const { bounds, isMaximized } = parseJson(readFileSync(file, 'utf8')) as Partial<WindowState>
    return { bounds: isOnScreen(bounds) ? bounds : null, isMaximized: isMaximized === true }
  } catch {
    return NOTHING // the first start, or a damaged file: no reason to trouble anybody
  }
}

/** At once and not safely: it is lost rather than waited for. */
export function saveWindowState(home: string, window: BrowserWindow): void {
  const state: WindowState = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() }
  try {
    mkdirSync(home, { recursive: true })
    writeFileSync(path.join(home, FILE), JSON.stringify(state))
  } catch {
    // A home that cannot be written is told where it matters: when a run is started.
  }
}

function isOnScreen(bounds: Rectangle | null | undefined): bounds is Rectangle {
  if (!bounds || ![bounds.x, bounds.y, bounds.width, bounds.height].every(Number.isFinite)) return false
  return screen.getAllDisplays().some(({ workArea }) => {
    const width = Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x)
    const height = Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y)
    return width >= 100 && height >= 50
  })
}
