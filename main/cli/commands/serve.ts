/** `lab serve`: the lab's screens for a browser on this machine, until Ctrl-C, which saves first. */
import process from 'node:process'
import { LabError } from '../../../shared/errors/errors.ts'
import { readEngineOptions } from '../../engine/engine-options.ts'
import { Lab } from '../../lab/lab.ts'
import { ensureBuilt } from '../../server/build-app.ts'
import { makeToken, readLastAddress, saveLastAddress } from '../../server/last-address.ts'
import { startServer } from '../../server/server.ts'
import { StaticFiles } from '../../server/static-files.ts'
import { homeOf } from '../open-store.ts'
import { print, printJson } from '../output.ts'
import { tellWarning } from '../report.ts'
import { listenForStops, tellSaving } from '../stop-signals.ts'

const MOST_PORT = 65_535

/** @param why one line before the address: why the browser and not the desktop */
export async function serveCommand(
  options: Readonly<Record<string, unknown>>,
  why: string | null = null,
): Promise<void> {
  process.stderr.on('error', () => undefined) // a lab goes on when nobody reads what it says
  const port = readPort(options.port)
  const engine = readEngineOptions(options)
  const home = homeOf(options)
  const [folder, lab, last] = await Promise.all([
    ensureBuilt('renderer'),
    Lab.open(home, engine),
    readLastAddress(home),
  ])
  const files = await StaticFiles.read(folder)
  let { token } = last
  // Where it was last, unless another program is there by now.
  const server = await startServer(lab, files, port ?? last.port ?? 0, token).catch((error: unknown) => {
    if (port !== null || last.port === null) throw error
    return startServer(lab, files, 0, (token = makeToken()))
  })
  await saveLastAddress(home, { port: server.port, token }).catch((error: unknown) => {
    // A home that is read-only can be looked at.
    if (!(error instanceof LabError)) throw error
    tellWarning(error, options.json === true)
  })
  const { held } = lab.jobCounts
  if (options.json) printJson({ type: 'serve', address: server.address, port: server.port, why, heldJobs: held })
  else {
    if (why !== null) print(why)
    print(`Warmup Lab: ${server.address}`)
    if (held > 0) print(heldLine(held))
    print('Ctrl-C pauses what runs, saves and ends.')
  }
  await untilStopped(lab)
  await lab.close()
  await server.close()
  process.exit(0)
}

/** @returns at the first signal; from then on a second one ends the process at once */
function untilStopped(lab: Lab): Promise<void> {
  return new Promise((resolve) => {
    listenForStops({
      canSave: () => true,
      save() {
        if (lab.isBusy) tellSaving()
        resolve()
      },
    })
  })
}

function heldLine(count: number): string {
  const jobs = count === 1 ? '1 job of the last session is' : `${count} jobs of the last session are`
  return `${jobs} held: resume them at that address, under Sweeps, with "Resume all" (r q).`
}

/** @returns null: as last time, or any that is free */
function readPort(given: unknown): number | null {
  if (given === undefined) return null
  const port = Number(given)
  if (Number.isInteger(port) && port >= 0 && port <= MOST_PORT) return port
  throw new LabError('usage', 'This is no port.', {
    where: '--port',
    expected: `a whole number from 0 to ${MOST_PORT}; 0 takes any that is free`,
    found: `\`${String(given)}\``,
  })
}
