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
