/**
 * Vulkan's loader and what graphics drivers link, for machines that have a driver but none of these: taken from Debian's packages, which are
 * unpacked and not installed.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const PACKAGES = ['libvulkan1', 'libx11-6', 'libxext6', 'libxcb1', 'libxau6', 'libxdmcp6', 'libbsd0', 'libmd0']
const LIBRARY = /\.so\.\d+$/

/**
 * @param target a folder, which then has the libraries under the names that programs ask for
 * @returns how many; 0 where Debian's package manager is not there or reaches nothing
 */
export function putVulkanLibraries(target: string): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'vulkan-libraries-'))
  try {
    const download = spawnSync('apt-get', ['download', ...PACKAGES], { cwd: folder, stdio: 'ignore' })
    if (download.status !== 0) return 0
    const root = path.join(folder, 'root')
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb')))
      spawnSync('dpkg-deb', ['--extract', path.join(folder, file), root])
    mkdirSync(target, { recursive: true })
    const libraries = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => LIBRARY.test(file))
    for (const file of libraries)
      copyFileSync(realpathSync(path.join(root, file)), path.join(target, path.basename(file)))
    return libraries.length
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
