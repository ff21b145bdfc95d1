/** Where the lab keeps its runs: WARMUP_LAB_HOME, or the platform's folder for application data. */
import os from 'node:os'
import path from 'node:path'

export function labHome(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment.WARMUP_LAB_HOME
  if (chosen) return path.resolve(chosen)
  const home = os.homedir()
  switch (process.platform) {
    case 'win32':
      return path.join(environment.APPDATA ?? path.join(home, 'AppData', 'Roaming'), 'Warmup Lab')
    case 'darwin':
      return path.join(home, 'Library', 'Application Support', 'Warmup Lab')
    default:
      return path.join(environment.XDG_DATA_HOME ?? path.join(home, '.local', 'share'), 'warmup-lab')
  }
}
