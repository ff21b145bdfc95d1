/** @tensorflow/tfjs-node-gpu and what it is compiled against, as npm installs them into the folder of a set-up, without any install script. */
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { TENSORFLOW_PACKAGE } from '../../engine/tensorflow/installation.ts'
import { HEADERS_PACKAGE, HEADERS_VERSION, PACKAGE_VERSION } from './recipe.ts'
import { runToEnd } from './run-tool.ts'
import type { StepWork } from './step-work.ts'

const NPM_REMEDY = 'Try again; `npm config list` shows which registry and proxy it uses.'

export async function installPackage({ staging, tools, signal }: StepWork): Promise<void> {
  // What a cancelled npm has left looks whole to the next one.
  await rm(path.join(staging, 'node_modules'), { recursive: true, force: true })
  await writeFile(path.join(staging, 'package.json'), '{ "private": true }\n')
  const wanted = [`${TENSORFLOW_PACKAGE}@${PACKAGE_VERSION}`, `${HEADERS_PACKAGE}@${HEADERS_VERSION}`]
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--prefer-offline']
  await runToEnd('To install the package with npm', NPM_REMEDY, tools.npm, ['install', ...quietly, ...wanted], {
    folder: staging,
    signal,
  })
}

/** Source maps, types and headers, two thirds of the packages, are of no use at run time. */
export async function thinOutPackages(staging: string): Promise<void> {
  const packages = path.join(staging, 'node_modules')
  await rm(path.join(packages, HEADERS_PACKAGE), { recursive: true, force: true })
  await removeUnread(packages)
}

async function removeUnread(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  await Promise.all(
    entries.map(async (entry) => {
      const place = path.join(folder, entry.name)
      if (entry.isDirectory()) await removeUnread(place)
      else if (/\.(map|d\.ts)$/.test(entry.name)) await rm(place, { force: true })
    }),
  )
}
