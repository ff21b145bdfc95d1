/**
 * A graphics adapter for tests on machines without one: Mesa's lavapipe where WARMUP_LAB_LAVAPIPE names its folder, else SwiftShader as a Chromium
 * brings it, else the system's own. Software: right, and slow.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { openDawn, type DawnOptions } from '../../main/engine/webgpu/dawn.ts'
import { installDebianPackage } from '../debian-package.ts'
import type { Lack } from '../needs.ts'

/** The folder of lavapipe, with its manifest and its libraries. */
const LAVAPIPE = 'WARMUP_LAB_LAVAPIPE'
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
  if (name === 'lavapipe') throw new Error(LAVAPIPE_MISSING)
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

const LAVAPIPE_MISSING = `there is no lavapipe (${LAVAPIPE} names its folder)`
/** Why an adapter that is asked for by name cannot be had. */
export const adapterLack = (name: TestAdapter): Lack =>
  name === 'lavapipe' && process.env[LAVAPIPE] === undefined ? LAVAPIPE_MISSING : null

function findLavapipe(): DawnOptions | null {
  const folder = process.env[LAVAPIPE]
  if (folder === undefined) return null
  const libraries = path.join(folder, 'root', 'usr', 'lib', 'x86_64-linux-gnu')
  const loader = 'libvulkan.so.1'
  return {
    libraries: readdirSync(libraries)
      .filter((file) => file === loader || (/\.so(\.\d+)?$/.test(file) && !/^lib(vulkan|VkLayer)/.test(file)))
      .map((file) => path.join(libraries, file)),
    driverFile: path.join(folder, 'lvp.json'),
  }
}

/** For a process of its own: what makes Dawn there find the same adapter. @throws as `testAdapterOptions` */
export function testAdapterEnvironment(name: TestAdapter | null = null): Record<string, string> {
  const { libraries = [], driverFile } = testAdapterOptions(name)
  if (driverFile === undefined) return {}
  const folders = [...new Set(libraries.map((file) => path.dirname(file)))]
  return { LD_LIBRARY_PATH: folders.join(':'), VK_DRIVER_FILES: driverFile, VK_ICD_FILENAMES: driverFile }
}
