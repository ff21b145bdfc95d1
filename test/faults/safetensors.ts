/**
 * `npm run faults:safetensors`: damaged files are shown to our reader and to the reference implementation, which is installed in the private
 * Python of the bench; every difference that is not known is printed and fails. `--record FILE` keeps the reference's verdicts of the first
 * few for the short test, which needs no Python.
 */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { preparePython } from '../bench/peer-environment.ts'
import { mutatedFile } from './header-mutations.ts'
import { compareVerdicts, type ReferenceVerdict } from './verdicts.ts'

const RECORDED = 400
const SHOWN_DIFFERENCES = 20

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '1' },
    record: { type: 'string' },
  },
})
const count = Number(values.count)
const seed = Number(values.seed)

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const python = await preparePython(['safetensors'], 'faults:safetensors', say)
const script = new URL('safetensors_reference.py', import.meta.url).pathname
const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
const files = Array.from({ length: count }, (_, index) => mutatedFile(seed, index))

async function send(): Promise<void> {
  for (const file of files) {
    const length = new Uint8Array(Uint32Array.of(file.length).buffer)
    if (!child.stdin.write(Buffer.concat([length, file])))
      await new Promise((resolve) => child.stdin.once('drain', resolve))
  }
  child.stdin.end()
}

const sending = send()
const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
const next = async (): Promise<unknown> => {
  const { value, done } = await lines.next()
  if (done) throw new Error('the reference implementation stopped')
  return JSON.parse(value)
}
const reference = (await next()) as string
const tally = new Map<string, number>()
const recorded: unknown[] = []
let accepted = 0
let differences = 0
for (const [index, file] of files.entries()) {
  const verdict = (await next()) as ReferenceVerdict
  if ('tensors' in verdict) accepted++
  if (index < RECORDED) recorded.push([Buffer.from(file).toString('base64'), verdict])
  const outcome = compareVerdicts(file, verdict)
  if (outcome === null && ++differences <= SHOWN_DIFFERENCES)
    say(
      `${index}: ${JSON.stringify(Buffer.from(file.subarray(8)).toString())}: the reference ${JSON.stringify(verdict)}`,
    )
  tally.set(outcome ?? 'unknown differences', (tally.get(outcome ?? 'unknown differences') ?? 0) + 1)
}
await sending
process.stdout.write(`${count} files of seed ${seed} beside ${reference}, which accepts ${accepted}\n`)
for (const [name, amount] of tally) process.stdout.write(`  ${name}: ${amount}\n`)
if (values.record !== undefined)
  await writeFile(
    values.record,
    `{"reference": ${JSON.stringify(reference)}, "cases": [\n${recorded.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`,
  )
process.exitCode = differences > 0 ? 1 : 0
