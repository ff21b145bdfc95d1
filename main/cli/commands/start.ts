/** `npm start`: the desktop where its program, a display and a sandbox are there, else the served screens with one line that says why. */
import { serveCommand } from './serve.ts'
import { findElectron, runDesktop } from '../desktop.ts'

export async function startCommand(options: Readonly<Record<string, unknown>>): Promise<void> {
  const found = await findElectron()
  if (found.program === null) await serveCommand(options, `${found.why}: serving the screens to the browser instead.`)
  else process.exitCode = await runDesktop(found, options)
}
