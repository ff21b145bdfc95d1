/**
 * What runs on the machine with a GPU: each section in a process of its own and within its time, so that none takes another down; each result is
 * written as it comes. usage: check.ts [--quick | --tiny] [--section NAME] [--out FOLDER]
 * [--patience FACTOR]: so many times the sections' limits, for adapters that compute on a slow processor
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Report, readResults } from './report.ts'
import type { ScaleName } from './scale.ts'
import type { Section } from './section.ts'
import { sections } from './sections.ts'
import { speedTable } from './speed-table.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    section: { type: 'string', multiple: true },
    out: { type: 'string', default: '.' },
    patience: { type: 'string', default: '1' },
  },
})
const scale: ScaleName = values.tiny ? 'tiny' : values.quick ? 'quick' : 'whole'
const patience = Number(values.patience)
if (!(patience > 0)) throw new RangeError('--patience takes a number above 0.')
const folder = path.resolve(values.out)
mkdirSync(folder, { recursive: true })

/** @returns why it did not end as it should, or null */
function runSection({ name, limitSeconds }: Section): Promise<string | null> {
  const script = path.join(import.meta.dirname, 'run-section.ts')
  const child = spawn(process.execPath, [script, name, scale, folder], { stdio: ['ignore', 'inherit', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(-2000)))
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => {
        child.kill('SIGKILL')
        resolve(`not done after ${limitSeconds * patience} s`)
      },
      limitSeconds * patience * 1000,
    )
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve(code === 0 ? null : `ended with ${signal ?? code}: ${complaints.trim()}`)
    })
  })
}

const chosen = sections.filter(({ name }) => values.section === undefined || values.section.includes(name))
if (chosen.length === 0) throw new RangeError(`Sections are: ${sections.map(({ name }) => name).join(', ')}.`)
let failedCount = 0
for (const section of chosen) {
  process.stdout.write(`\n== ${section.name} ==\n`)
  const start = performance.now()
  const failure = await runSection(section)
  const seconds = (performance.now() - start) / 1000
  if (failure !== null) failedCount++
  new Report(folder, section.name).add(
    failure === null ? `(${seconds.toFixed(1)} s)` : `NOT DONE, ${failure}`,
    failure === null ? { seconds } : { seconds, failure },
  )
}
const results = readResults(folder)
const notKept = results.filter(({ ok }) => ok === false).length
const table = speedTable(results)
writeFileSync(path.join(folder, 'gpu-check.md'), table)
process.stdout.write(`\n${table}\n${notKept} claims not kept, ${failedCount} of ${chosen.length} sections not done\n`)
process.exitCode = notKept + failedCount > 0 ? 1 : 0
