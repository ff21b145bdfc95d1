/** The progress of a run on a terminal: one line that is redrawn, or a plain line every few seconds where there is no terminal. */
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { describeDivergence } from '../../shared/runs/divergence.ts'
import { meanInterval, readVaa } from '../../shared/runs/read-vaa.ts'
import type { RunEvent, RunRecord } from '../../shared/runs/run.ts'
import { workFlags } from './interrupt.ts'
import { bold, dim, formatDuration, formatNumber, formatVaa, print } from './output.ts'
import { isTerminal, writeOut } from './streams.ts'

const REDRAW_MS = 100
const PLAIN_LINE_MS = 5000
const BAR_WIDTH = 24
/** Of a terminal that does not say how wide it is. */
const FALLBACK_COLUMNS = 120

const mean = (values: readonly (number | null)[]): number => {
  const known = values.filter((value) => value !== null && !Number.isNaN(value)) as number[]
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Cuts a line of pieces to `width` columns before they are coloured: escape sequences take no column and must stay whole. */
function cutPieces(pieces: readonly string[], width: number): string[] {
  let left = width
  return pieces.map((piece) => {
    const kept = piece.slice(0, left)
    left -= kept.length
    return kept
  })
}

/**
 * Steps of a phase, as far as they are known at one of them: a warm-up that was restarted counts on through its attempts.
 * @returns NaN where it takes the data to know
 */
export function totalSteps(phase: string, step: number, { dataset, training, warmup }: ExperimentConfig): number {
  if (phase === 'warm-up') return warmup.steps * Math.ceil(step / warmup.steps)
  if (training.steps !== null) return training.steps
  return dataset.kind === 'file' ? Number.NaN : training.epochs * Math.ceil(dataset.counts.train / training.batch)
}

export class ProgressLine {
  #phase = ''
  #phaseStart = 0
  #firstStep = 0
  #values = new Map<string, string>()
  #lastDrawn = 0

  start(record: RunRecord): void {
    this.#values.clear()
    const { cell } = record.config.layers[0]!
    this.end()
    print(
      `${bold(record.strategy)}  ${cell.toUpperCase()} ${record.config.layers.map(({ units }) => units).join(' + ')}, seeds ${record.config.seeds.join(', ')}  ${dim(record.id)}`,
    )
  }

  event(record: RunRecord, event: RunEvent): void {
    switch (event.type) {
      case 'phase':
        this.#begin(event.phase, event.step)
        break
      case 'warmup-step':
        this.#set('VAA*', mean(event.vaaStar.flatMap((layers) => (layers ? [mean(layers)] : [null]))))
        this.#draw('warm-up', event.step, record.config)
        break
      case 'warmup-end':
        if (event.restarted.some((restarted) => restarted))
          this.#line(`warm-up above ${record.config.warmup.restartAbove}: restarts ${event.restarts.join(', ')}`)
        break
      case 'train-step':
        this.#set('loss', mean(event.loss))
        this.#draw('training', event.step, record.config)
        break
      case 'validation':
        this.#set('validation', mean(event.loss))
        break
      case 'measure': {
        const interval = meanInterval((event.vaa ?? []).map(readVaa))
        if (interval !== null) this.#values.set('VAA', formatVaa(interval))
        break
      }
      case 'diverged':
        this.#line(`  diverged: ${describeDivergence(event)}; it is left out from here on`)
        break
      case 'log':
        if (event.level !== 'info') this.#line(`${event.level}: ${event.message}`)
        break
      case 'test':
        this.#line(`  test ${event.result.metric}  ${event.result.best.map(formatNumber).join('  ')}`)
        break
    }
  }

  /** Leaves the line so that something else can be printed. */
  end(): void {
    if (isTerminal && this.#lastDrawn > 0) writeOut('\r\u001b[K')
    this.#lastDrawn = 0
  }

  #set(name: string, value: number): void {
    this.#values.set(name, formatNumber(value))
  }

  #line(text: string): void {
    this.end()
    print(text)
  }

  #begin(phase: string, step: number): void {
    this.#phase = phase
    this.#phaseStart = performance.now()
    this.#firstStep = step
    this.#values.delete('VAA*')
  }

  #draw(phase: string, step: number, config: ExperimentConfig): void {
    if (this.#phase !== phase) this.#begin(phase, step - 1)
    const now = performance.now()
    if (now - this.#lastDrawn < (isTerminal ? REDRAW_MS : PLAIN_LINE_MS)) return
    this.#lastDrawn = now
    const rate = (step - this.#firstStep) / ((now - this.#phaseStart) / 1000)
    const total = totalSteps(phase, step, config)
    const share = Math.min(1, step / total)
    const values = [...this.#values].map(([name, value]) => `${name} ${value}`).join('  ')
    const left = Number.isFinite(total) ? `${formatDuration((total - step) / rate)} left` : ''
    const head = `  ${phase.padEnd(8)} ${step}${Number.isFinite(total) ? `/${total}` : ''}`
    const tail = `${formatNumber(rate)} steps/s  ${left}  ${values}`
    if (!isTerminal) {
      print(`${head}  ${tail}`)
      return
    }
    const filled = Number.isFinite(share) ? Math.round(share * BAR_WIDTH) : 0
    const pieces = [`${head}  ${'━'.repeat(filled)}`, '─'.repeat(BAR_WIDTH - filled), `  ${tail}`]
    const [before, rest, after] = cutPieces(pieces, workFlags.columns || FALLBACK_COLUMNS)
    writeOut(`\r\u001b[K${before}${dim(rest!)}${after}`)
  }
}
