/**
 * A graphics adapter for tests on machines without one: Mesa's lavapipe where its tool stands beside the checkout or WARMUP_LAB_LAVAPIPE names
 * its folder, else SwiftShader as a Chromium brings it, else the system's own. Software: right, and slow.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { openDawn, type DawnOptions } from '../../main/engine/webgpu/dawn.ts'
import { installDebianPackage } from '../debian-package.ts'

/** Puts lavapipe into the folder that it is given, installing nothing. */
const LAVAPIPE_TOOL = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'tools', 'lavapipe')
const LAVAPIPE_HOME = path.join(homedir(), '.cache', 'warmup-lab-tests', 'lavapipe')
const CHROMIUM_FOLDER = '/usr/lib/chromium'

export type TestAdapter = 'lavapipe' | 'swiftshader'

/**
 * @param name null for the best that can be had here
 * @throws when there is none, with a word on how to get one
 */
export function testAdapterOptions(name: TestAdapter | null = null): DawnOptions {
  if (process.platform !== 'linux') return {}
  const lavapipe = name === 'swiftshader' ? null : findLavapipe()
  if (lavapipe !== null) return lavapipe
  if (name === 'lavapipe') throw new Error('No lavapipe: WARMUP_LAB_LAVAPIPE names its folder.')
  installDebianPackage('chromium', path.join(CHROMIUM_FOLDER, 'vk_swiftshader_icd.json'))
  if (!existsSync(path.join(CHROMIUM_FOLDER, 'vk_swiftshader_icd.json')))
    throw new Error('No graphics adapter for tests: `apt install chromium` brings SwiftShader, a software adapter.')
  return {
    libraries: [path.join(CHROMIUM_FOLDER, 'libvulkan.so.1')],
    driverFile: path.join(CHROMIUM_FOLDER, 'vk_swiftshader_icd.json'),
  }
}

/** @throws as `testAdapterOptions` */
export async function openTestGpu(name: TestAdapter | null = null): Promise<GPU> {
  return openDawn(testAdapterOptions(name))
}

export const hasLavapipe = (): boolean => findLavapipe() !== null

function findLavapipe(): DawnOptions | null {
  const folder = process.env.WARMUP_LAB_LAVAPIPE ?? setUpLavapipe()
  if (folder === null) return null
  const libraries = path.join(folder, 'root', 'usr', 'lib', 'x86_64-linux-gnu')
  const loader = 'libvulkan.so.1'
  return {
    libraries: readdirSync(libraries)
      .filter((file) => file === loader || (/\.so(\.\d+)?$/.test(file) && !/^lib(vulkan|VkLayer)/.test(file)))
      .map((file) => path.join(libraries, file)),
    driverFile: path.join(folder, 'lvp.json'),
  }
}

/** @returns null where the tool is not there, or has not found what it needs */
function setUpLavapipe(): string | null {
  const manifest = path.join(LAVAPIPE_HOME, 'lvp.json')
  if (!existsSync(manifest) && existsSync(LAVAPIPE_TOOL))
    spawnSync(LAVAPIPE_TOOL, [LAVAPIPE_HOME], { stdio: ['ignore', 'ignore', 'inherit'] })
  return existsSync(manifest) ? LAVAPIPE_HOME : null
}

/** For a process of its own: what makes Dawn there find the same adapter. @throws as `testAdapterOptions` */
export function testAdapterEnvironment(name: TestAdapter | null = null): Record<string, string> {
  const { libraries = [], driverFile } = testAdapterOptions(name)
  if (driverFile === undefined) return {}
  const folders = [...new Set(libraries.map((file) => path.dirname(file)))]
  return { LD_LIBRARY_PATH: folders.join(':'), VK_DRIVER_FILES: driverFile, VK_ICD_FILENAMES: driverFile }
}
