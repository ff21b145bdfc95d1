/**
 * First part of `npm run pictures`: the README's picture of a run, and its numbers. Runs the quick preset in a pseudo-terminal, keeps every byte it wrote and when,
 * lets a terminal emulator read them, and has Chromium draw two moments: the middle of the last training, and what stood there
 * at the end. Nothing in the picture is written by hand; its command line too is the shell's own echo.
 *
 *     npm run pictures                                      # all of the README's pictures and their words, minutes
 *     npm run pictures:terminal -- --units 12 --steps 160   # further flags of `lab run`: a trial, drawn under node_modules/.cache
 *     npm run pictures:terminal -- --redraw                 # draws the last recording again
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import serialize from '@xterm/addon-serialize'
import headless from '@xterm/headless'
import { formatDuration } from '../../main/cli/output.ts'
import { keepNumbers, quickConfig, readStrategies } from './recorded.ts'

/** What the run came to, and how long it took. */
type Outcome = ReturnType<typeof readStrategies> & { readonly runMs: number }

/** What the terminal received: the bytes of one read, and the milliseconds since the start. */
interface Chunk {
  readonly at: number
  readonly bytes: Buffer
}

interface Recording {
  readonly isTrial: boolean
  readonly chunks: readonly Chunk[]
  readonly outcome: Outcome
}

/** Some rows of a screen: as text, and as the emulator's HTML. */
interface Screen {
  readonly rows: readonly string[]
  html(firstRow: number): string
}

/** A moment of a recording: the bytes before it, and when the last of them came. */
interface Moment {
  readonly end: number
  readonly at: number
}

const root = path.join(import.meta.dirname, '..', '..')
const cacheFolder = path.join(root, 'node_modules', '.cache', 'pictures')
const recordingFile = path.join(cacheFolder, 'terminal-run.json')

const TERMINAL = { columns: 120, rows: 40 } // the progress line fills some 110 columns, and is cut where the terminal ends
const REDRAW = '\r\u001b[K' // what main/cli/progress.ts writes before each progress line
const TRAINING = /^ +training +(\d+)\/(\d+) /
const GREEN_PROMPT = '\u001b[1;32m$\u001b[0m '

const FONT = { family: 'DejaVu Sans Mono', size: 14, advance: 0.60205 } // the advance in em
const LINE_HEIGHT = 20
const FRAME = { margin: 2, padding: 22, titleBar: 36, divider: 44 }
const SCALE = 2
const LARGEST_PNG = 200_000

class PictureError extends Error {}

function output(command: string, args: readonly string[]): string | null {
  const { error, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 })
  return error ? null : stdout
}

/** Asked before the minutes of the run. */
function checkTools(): void {
  if (!output('script', ['--version'])?.includes('util-linux'))
    throw new PictureError('it needs `script` of util-linux for its pseudo-terminal (Debian: bsdutils)')
  if (output('chromium', ['--version']) === null)
    throw new PictureError('it needs `chromium` to draw (Debian: apt install chromium)')
  if (!output('fc-list', [FONT.family])?.trim())
    throw new PictureError(`it needs the font ${FONT.family} (Debian: apt install fontconfig fonts-dejavu-core)`)
}

const quote = (word: string): string => (/^[\w./=,:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** Runs `lab run --preset quick` with these flags in a terminal of its own; its runs go to a folder that is thrown away. */
async function record(flags: readonly string[]): Promise<Recording> {
  const home = mkdtempSync(path.join(tmpdir(), 'warmup-lab-picture-'))
  const command = ['node', 'main/cli/bin.ts', 'run', '--preset', 'quick', ...flags].map(quote).join(' ')
  const environment = {
    ...process.env,
    NO_COLOR: undefined,
    WARMUP_LAB_HOME: home,
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
    SHELL: '/bin/sh',
    TERM: 'xterm-256color',
    PS4: GREEN_PROMPT, // with `set -x` the shell itself writes the command line
  }
  try {
    const size = `stty cols ${TERMINAL.columns} rows ${TERMINAL.rows}`
    const child = spawn('script', ['-qfec', `${size}; set -x; ${command}`, '/dev/null'], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const start = performance.now()
    const chunks: Chunk[] = []
    child.stdout.on('data', (bytes: Buffer) => {
      chunks.push({ at: performance.now() - start, bytes })
      process.stdout.write(bytes)
    })
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve)
    })
    if (status !== 0) throw new PictureError(`\`${command}\` ended with ${status}`)
    const outcome = { ...readStrategies(home), runMs: chunks.at(-1)!.at }
    return { isTrial: flags.length > 0, chunks, outcome }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function keep({ isTrial, chunks, outcome }: Recording): void {
  mkdirSync(cacheFolder, { recursive: true })
  const text = chunks.map(({ at, bytes }) => ({ at, bytes: bytes.toString('base64') }))
  writeFileSync(recordingFile, JSON.stringify({ isTrial, chunks: text, outcome }))
}

function lastRecording(): Recording {
  let text: string
  try {
    text = readFileSync(recordingFile, 'utf8')
  } catch {
    throw new PictureError('there is no recording to draw again; leave --redraw out to make one')
  }
  const kept = JSON.parse(text) as Omit<Recording, 'chunks'> & { chunks: { at: number; bytes: string }[] }
  const chunks = kept.chunks.map(({ at, bytes }) => ({ at, bytes: Buffer.from(bytes, 'base64') }))
  return { ...kept, chunks }
}

class Emulator {
  readonly #terminal = new headless.Terminal({
    cols: TERMINAL.columns,
    rows: TERMINAL.rows,
    allowProposedApi: true, // the buffer's lines
  })
  readonly #serializer = new serialize.SerializeAddon()

  constructor() {
    this.#terminal.loadAddon(this.#serializer)
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(bytes, resolve))
  }

  cursorRow(): string {
    const { baseY, cursorY } = this.#terminal.buffer.active
    return this.#row(baseY + cursorY)
  }

  /** Everything written so far, from the first row; what scrolled out of the terminal included. */
  screen(): Screen {
    const { length } = this.#terminal.buffer.active
    const rows = Array.from({ length }, (_, index) => this.#row(index))
    const rowCount = rows.findLastIndex((row) => row !== '') + 1
    return {
      rows: rows.slice(0, rowCount),
      html: (startLine) =>
        /<!--StartFragment-->(.*)<!--EndFragment-->/s.exec(
          this.#serializer.serializeAsHTML({ range: { startLine, endLine: rowCount - 1, startCol: 0 } }),
        )![1]!,
    }
  }

  #row(index: number): string {
    return this.#terminal.buffer.active.getLine(index)?.translateToString(true) ?? ''
  }
}

async function screenAt(bytes: Buffer, end: number): Promise<Screen> {
  const emulator = new Emulator()
  await emulator.write(bytes.subarray(0, end))
  return emulator.screen()
}

/** The progress line nearest the middle of the last training, complete: a line is so just before the next one is drawn over it. */
async function middleOfLastTraining({ chunks }: Recording, bytes: Buffer): Promise<Moment> {
  const emulator = new Emulator()
  let written = 0
  let lastStep = 0
  let best: { readonly end: number; readonly distance: number } | null = null
  for (let end = bytes.indexOf(REDRAW); end >= 0; end = bytes.indexOf(REDRAW, end + 1)) {
    await emulator.write(bytes.subarray(written, end))
    written = end
    const [, step, total] = (TRAINING.exec(emulator.cursorRow()) ?? []).map(Number)
    if (step === undefined || total === undefined) continue
    const distance = Math.abs(step / total - 0.5)
    if (!best || step < lastStep || distance < best.distance) best = { end, distance }
    lastStep = step
  }
  if (!best) throw new PictureError('the recording has no progress line of a training')
  let received = 0
  const { end } = best
  const { at } = chunks.find(({ bytes: { length } }) => (received += length) >= end)!
  return { end, at }
}

/** The page, and its size before scaling. */
async function page(recording: Recording): Promise<{ html: string; width: number; height: number }> {
  const bytes = Buffer.concat(recording.chunks.map((chunk) => chunk.bytes))
  const middle = await middleOfLastTraining(recording, bytes)
  const before = await screenAt(bytes, middle.end)
  const after = await screenAt(bytes, bytes.length)
  const firstNewRow = after.rows.findIndex((row, index) => row !== before.rows[index])
  const later = formatDuration((recording.chunks.at(-1)!.at - middle.at) / 1000)

  const columns = Math.max(...[...before.rows, ...after.rows].map((row) => row.length))
  const rowCount = before.rows.length + after.rows.length - firstNewRow
  const edges = 2 * (FRAME.margin + 1)
  const width = Math.ceil(columns * FONT.advance * FONT.size) + 2 * FRAME.padding + edges
  const height = rowCount * LINE_HEIGHT + FRAME.divider + FRAME.titleBar + FRAME.padding + edges
  const html = `<!doctype html>
<meta charset="utf-8">
<style>
  * { box-sizing: border-box; margin: 0 }
  html { overflow: hidden }
  body { padding: ${FRAME.margin}px; font: ${FONT.size}px/${LINE_HEIGHT}px '${FONT.family}'; color: #dce3ec }
  main { height: ${height - 2 * FRAME.margin}px; border: 1px solid #3b4554; border-radius: 11px; background: #12171f; overflow: hidden }
  header { height: ${FRAME.titleBar}px; padding: 13px 16px; display: flex; gap: 8px }
  header i { width: 11px; height: 11px; border-radius: 50% }
  section { padding: 0 ${FRAME.padding}px }
  section pre { font: inherit }
  section pre > div { color: inherit !important; background: none !important; font: inherit !important }
  section pre > div > div { height: ${LINE_HEIGHT}px; white-space: pre }
  aside { height: ${FRAME.divider}px; padding: 0 ${FRAME.padding}px; display: flex; align-items: center; gap: 14px;
          color: #7f8b9b; font-size: 12px }
  aside::before, aside::after { content: ''; flex: 1; border-top: 1px dashed #3b4554 }
</style>
<main>
  <header><i style="background: #ec6a5e"></i><i style="background: #f4bf4f"></i><i style="background: #61c554"></i></header>
  <section>${before.html(0)}</section>
  <aside>${later} later</aside>
  <section>${after.html(firstNewRow)}</section>
</main>
`
  return { html, width, height }
}

async function draw(recording: Recording): Promise<string> {
  const { html, width, height } = await page(recording)
  const picture = path.join(recording.isTrial ? cacheFolder : import.meta.dirname, 'terminal-run.png')
  const folder = mkdtempSync(path.join(tmpdir(), 'warmup-lab-chromium-'))
  try {
    const source = path.join(folder, 'page.html')
    writeFileSync(source, html)
    rmSync(picture, { force: true })
    spawnSync(
      'chromium',
      [
        ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'],
        ...[`--user-data-dir=${path.join(folder, 'profile')}`, '--default-background-color=00000000'],
        ...[`--force-device-scale-factor=${SCALE}`, `--window-size=${width},${height}`, `--screenshot=${picture}`],
        pathToFileURL(source).href,
      ],
      { stdio: 'ignore', timeout: 120_000 },
    )
    checkPicture(picture, width * SCALE, height * SCALE)
    return picture
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function checkPicture(file: string, width: number, height: number): void {
  let png: Buffer
  try {
    png = readFileSync(file)
  } catch {
    throw new PictureError('chromium drew none')
  }
  // A PNG's first chunk holds its width and height, from byte 16.
  const size = [png.readUInt32BE(16), png.readUInt32BE(20)]
  if (size[0] !== width || size[1] !== height)
    throw new PictureError(`chromium drew ${size.join(' x ')} pixels instead of ${width} x ${height}`)
  if (png.length > LARGEST_PNG)
    throw new PictureError(`${png.length} bytes are too many for the README (${LARGEST_PNG})`)
}

try {
  checkTools()
  const flags = process.argv.slice(2)
  let recording: Recording
  if (flags[0] === '--redraw') recording = lastRecording()
  else {
    recording = await record(flags)
    keep(recording)
  }
  if (!recording.isTrial) keepNumbers({ config: quickConfig(), ...recording.outcome })
  process.stdout.write(`${path.relative(root, await draw(recording))}\n`)
} catch (error) {
  if (!(error instanceof PictureError)) throw error
  process.stderr.write(`No picture: ${error.message}.\n`)
  process.exitCode = 1
}
