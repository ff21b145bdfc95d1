/** Programs that the tests need and npm does not bring: on a Debian machine that is ours to change, its package manager does. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'

/**
 * Installs a package where that is possible; whether it worked shows in the program being there.
 * @param program that it brings: nothing is done where it is there
 */
export function installDebianPackage(name: string, program: string | null = null): void {
  if (program !== null && existsSync(program)) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { stdio: 'inherit' })
}
