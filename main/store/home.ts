/** Where the lab keeps its runs: the environment enters, a folder's path leaves. Nothing is created here. */
import os from 'node:os'
import path from 'node:path'

/**
 * WARMUP_LAB_HOME, or the platform's folder for application data.
 * @returns an absolute path
 */
export function labHome(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  userFolder: string = os.homedir(),
): string {
  const chosen = environment.WARMUP_LAB_HOME
  if (chosen) return path.resolve(chosen)
  switch (platform) {
    case 'win32':
      return path.join(environment.APPDATA || path.join(userFolder, 'AppData', 'Roaming'), 'Warmup Lab')
    case 'darwin':
      return path.join(userFolder, 'Library', 'Application Support', 'Warmup Lab')
    default: {
      const data = environment.XDG_DATA_HOME
      // The XDG specification: a path that is not absolute is to be ignored.
      return path.join(data && path.isAbsolute(data) ? data : path.join(userFolder, '.local', 'share'), 'warmup-lab')
    }
  }
}

/**
 * The platform's folder for what can be made again at any time.
 * @returns an absolute path
 */
export function cacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  userFolder: string = os.homedir(),
): string {
  switch (platform) {
    case 'win32':
      return path.join(environment.LOCALAPPDATA || path.join(userFolder, 'AppData', 'Local'), 'Warmup Lab', 'Cache')
    case 'darwin':
      return path.join(userFolder, 'Library', 'Caches', 'Warmup Lab')
    default: {
      const cache = environment.XDG_CACHE_HOME
      return path.join(cache && path.isAbsolute(cache) ? cache : path.join(userFolder, '.cache'), 'warmup-lab')
    }
  }
}
