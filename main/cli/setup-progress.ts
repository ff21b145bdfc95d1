/** How far a set-up has come, on a terminal: one line a step, redrawn while it goes on; a plain line a step where there is no terminal. */
import { TENSORFLOW_STEPS, type TensorflowProgress, type TensorflowStep } from '../../shared/protocol/tensorflow.ts'
import { dim, formatBytes, formatDuration, print, printJson } from './output.ts'
import { isTerminal, writeOut } from './streams.ts'

const REDRAW_MS = 100
const PLAIN_LINE_MS = 10_000

const STEP_WORDS: Readonly<Record<TensorflowStep, string>> = {
  check: 'look what this machine has',
  package: 'fetch the package for Node',
  library: 'fetch the library',
  unpack: 'unpack it',
  compile: 'compile what joins them',
  trial: 'train a step with it',
  finish: 'put it in its place',
}

export class SetupProgress {
  readonly #isJson: boolean
  readonly #title: string
  #step: TensorflowStep | null = null
  #shownAtMs = 0

  /** @param title the line before the first, once there is something to do */
  constructor(isJson: boolean, title: string) {
    this.#isJson = isJson
    this.#title = title
  }

  show(progress: TensorflowProgress): void {
    const isNewStep = progress.step !== this.#step
    const isDue = performance.now() - this.#shownAtMs >= (isTerminal ? REDRAW_MS : PLAIN_LINE_MS)
    if (!isNewStep && !isDue) return
    if (this.#shownAtMs === 0 && !this.#isJson) print(this.#title)
    if (isNewStep) this.end()
    this.#step = progress.step
    this.#shownAtMs = performance.now()
    if (this.#isJson) printJson({ type: 'setup-progress', ...progress })
    else if (isTerminal) writeOut(`\r\u001b[K${lineOf(progress)}`)
    else print(lineOf(progress))
  }

  /** Leaves the line so that something else can be printed. */
  end(): void {
    if (isTerminal && !this.#isJson && this.#step !== null) writeOut('\n')
    this.#step = null
  }
}

function lineOf({ step, doneBytes, totalBytes, elapsedMs }: TensorflowProgress): string {
  const place = `${TENSORFLOW_STEPS.indexOf(step) + 1}/${TENSORFLOW_STEPS.length}`
  const amount = doneBytes === null ? [] : [formatBytes(doneBytes)]
  const whole = totalBytes === null ? [] : [`of ${formatBytes(totalBytes)}`]
  const facts = [...amount, ...whole, dim(formatDuration(elapsedMs / 1000))]
  return `  ${place} ${STEP_WORDS[step].padEnd(26)}  ${facts.join(' ')}`
}
