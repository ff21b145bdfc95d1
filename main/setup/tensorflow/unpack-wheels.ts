/** What is kept of the wheels, unpacked by Python, which reads them as they come; and all that is thrown away when nothing is compiled any more. */
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { LIBRARY_FOLDER } from '../../engine/tensorflow/installation.ts'
import { wheelFolder, WHEELS_FOLDER } from './fetch-wheels.ts'
import { INCLUDE_FOLDER, WHEELS } from './recipe.ts'
import { runToEnd } from './run-tool.ts'
import type { StepWork } from './step-work.ts'

/** Arguments: wheel, folder, pattern of what is kept. Prints how many bytes it has written. */
const UNPACK = `import os, re, sys, zipfile
wheel, folder, kept = sys.argv[1:]
PIECE = 16 << 20
written = told = 0
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        if entry.is_dir() or '..' in entry.filename or not re.match(kept, entry.filename): continue
        place = os.path.join(folder, entry.filename)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with archive.open(entry) as source, open(place, 'wb') as target:
            while piece := source.read(PIECE):
                target.write(piece)
                written += len(piece)
                if written - told >= PIECE:
                    told = written
                    print(written, flush=True)
        mode = entry.external_attr >> 16
        if mode & 0o111: os.chmod(place, 0o755)`

export async function unpackWheels({ flavour, staging, tools, signal, count }: StepWork): Promise<void> {
  const wheels = WHEELS[flavour]
  const total = wheels.reduce((sum, { keptBytes }) => sum + keptBytes, 0)
  let done = 0
  for (const [index, { requirement, kept, keptBytes }] of wheels.entries()) {
    const folder = wheelFolder(staging, index)
    const [wheel] = await readdir(folder)
    await runToEnd(
      `To unpack ${requirement}`,
      'Look whether the disk is full; else remove what is there with `lab setup tensorflow --remove` and begin anew.',
      tools.python,
      ['-c', UNPACK, path.join(folder, wheel!), staging, kept],
      { signal, hearLine: (line) => count(done + Math.min(Number(line), keptBytes), total) },
    )
    done += keptBytes
  }
}

export async function removeUnpackingNeeds(staging: string): Promise<void> {
  await Promise.all(
    [WHEELS_FOLDER, path.join(LIBRARY_FOLDER, INCLUDE_FOLDER)].map((name) =>
      rm(path.join(staging, name), { recursive: true, force: true }),
    ),
  )
}
