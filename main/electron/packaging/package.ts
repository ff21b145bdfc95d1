/**
 * `npm run package`: the desktop as an installer of this system, in dist/packages. Screens and main process are built, icons are drawn from
 * icon.svg, the rest is electron-builder's, which takes further arguments: `npm run package -- --dir` for a folder without an installer.
 * ELECTRON_OVERRIDE_DIST_PATH names the folder of an Electron that is there already, where none can be downloaded.
 */
import { Resvg } from '@resvg/resvg-js'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from '../../server/build-app.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** What Linux desktops look for; electron-builder makes the Mac's and Windows' files from the largest. */
const ICON_SIZES = [16, 32, 48, 64, 128, 256, 512, 1024]
/** A fuse beside those of electron-builder.yml, which an older Electron does not have: then nothing could be packed with it. */
const FILE_FUSE_OFF = '-c.electronFuses.grantFileProtocolExtraPrivileges=false'
const FILE_FUSE_SINCE = 29

function drawIcons(folder: string): void {
  const svg = readFileSync(new URL('./icon.svg', import.meta.url), 'utf8')
  mkdirSync(path.join(folder, 'icons'), { recursive: true })
  for (const size of ICON_SIZES) {
    const png = new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng()
    writeFileSync(path.join(folder, 'icons', `${size}x${size}.png`), png)
    if (size === ICON_SIZES.at(-1)) writeFileSync(path.join(folder, 'icon.png'), png)
  }
}

/** @returns arguments that make electron-builder take the Electron in this folder, or else the one that the lab is made for */
function useElectron(folder: string | undefined): string[] {
  if (!folder) return [FILE_FUSE_OFF]
  const version = readFileSync(path.join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
  return [
    `-c.electronDist=${folder}`,
    `-c.electronVersion=${version}`,
    ...(Number.parseInt(version, 10) >= FILE_FUSE_SINCE ? [FILE_FUSE_OFF] : []),
  ]
}

await Promise.all([ensureBuilt('electron'), ensureBuilt('renderer')])
drawIcons(path.join(ROOT, 'dist', 'packaging'))
const builder = createRequire(import.meta.url).resolve('electron-builder/cli.js')
const { status } = spawnSync(
  process.execPath,
  [builder, '--publish=never', ...useElectron(process.env.ELECTRON_OVERRIDE_DIST_PATH), ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit' },
)
process.exitCode = status ?? 1
