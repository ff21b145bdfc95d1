/**
 * What is done to sweeps: definitions enter and are written down and queued; known ones are read, paused, resumed and exported. Running is
 * the monitor's, the files are the store's, what sweeps have come to is sweep-catalog.ts's.
 */
import { LabError } from '../../shared/errors/errors.ts'
import type { ExportedFile, SweepDetail } from '../../shared/protocol/views.ts'
import { sweepCsv } from '../../shared/runs/sweep-table.ts'
import type { SweepStore } from '../store/sweep-store.ts'
import type { DesignDesk } from './designs/design-desk.ts'
import type { RunMonitor } from './run-monitor.ts'
import { DONE, openRunIds, type SweepCatalog } from './sweep-catalog.ts'

export class SweepDesk {
  readonly #home: string
  readonly #store: SweepStore
  readonly #catalog: SweepCatalog
  readonly #monitor: RunMonitor
  readonly #designs: DesignDesk

  constructor(home: string, store: SweepStore, catalog: SweepCatalog, monitor: RunMonitor, designs: DesignDesk) {
    this.#home = home
    this.#store = store
    this.#catalog = catalog
    this.#monitor = monitor
    this.#designs = designs
  }

  /** @throws LabError `config`, `dataset`, `backend` for whatever is wrong with any point */
  async start(json: unknown): Promise<{ sweepId: string }> {
    const { definition, outline, data, backend } = await this.#designs.ask('prepare-sweep', json)
    const record = await this.#store.create(definition, this.#home, outline.pointCount, data)
    await this.#catalog.add(record, outline)
    this.#monitor.startSweep(record.id, definition.name, false, [], backend)
    return { sweepId: record.id }
  }

  async read(sweepId: string): Promise<SweepDetail> {
    await this.#catalog.refresh()
    const sweep = this.#catalog.require(sweepId)
    // What changed a moment ago may not have been followed yet.
    const open = sweep.rows.filter(({ runId, status }) => runId !== null && !DONE.has(status))
    await this.#catalog.update(
      sweep,
      open.map(({ index }) => index),
    )
    const { definition, axes, rows } = sweep
    const drawn = definition.random?.fields ?? {}
    return {
      summary: this.#catalog.summarise(sweep),
      definition,
      axes,
      drawnAxes: axes.filter((axis) => drawn[axis] !== undefined && drawn[axis].kind !== 'choice'),
      rows,
    }
  }

  /** @throws LabError `usage` when it is not in the queue */
  pause(sweepId: string): null {
    const job = this.#monitor.queue().find((queued) => queued.sweepId === sweepId)
    if (job) return this.#monitor.removeJob(job.id)
    throw new LabError('usage', 'this sweep is not running here.', {
      where: sweepId,
      expected: 'a sweep in the queue',
      found: 'none',
      remedy: 'It may have ended just now, or belong to another process.',
    })
  }

  /** @throws LabError `usage` when it is in the queue already; `sweep-locked` while another process works at it */
  async resume(sweepId: string, rerunFailed: boolean): Promise<null> {
    await this.#catalog.refresh()
    const sweep = this.#catalog.require(sweepId)
    if (this.#monitor.queue().some((queued) => queued.sweepId === sweepId))
      throw new LabError('usage', 'this sweep runs or waits already.', {
        where: sweepId,
        remedy: 'Look at the queue.',
      })
    // Now, and not only when its turn comes.
    await this.#store.requireFree(sweepId)
    const { definition, backend } = sweep
    this.#monitor.startSweep(sweepId, definition.name, rerunFailed, openRunIds(sweep, rerunFailed), backend)
    return null
  }

  async export(sweepId: string): Promise<ExportedFile> {
    await this.#catalog.refresh()
    const { rows, axes } = this.#catalog.require(sweepId)
    const text = sweepCsv(rows, axes)
    return { fileName: `${sweepId}.csv`, mediaType: 'text/csv', base64: Buffer.from(text, 'utf8').toString('base64') }
  }
}
