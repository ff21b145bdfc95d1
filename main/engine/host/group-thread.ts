/**
 * The worker thread that owns a job, a group or a sweep: its runs are trained here one after the other, with their datasets, engine, files
 * and checkpoints; the host only hears of it. A run that fails is told, and the next one begins.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { performance } from 'node:perf_hooks'
import { LabError } from '../../../shared/errors/errors.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { isOver } from '../../../shared/runs/run-state.ts'
import type { RunEvent, RunRecord } from '../../../shared/runs/run.ts'
import { stepsPerEpoch } from '../../../shared/training/batches.ts'
import { RunStore } from '../../store/run-store.ts'
import { SweepStore } from '../../store/sweep-store.ts'
import { AS_RECORDED, openRunData } from '../run-data.ts'
import { isRunsOwn, runOne } from '../run-group.ts'
import { runSweep } from '../run-sweep.ts'
import { EventBatcher } from './event-batcher.ts'
import type { FromThread, ThreadTask, ToThread } from './thread-protocol.ts'

/** How long the loop may go without looking at its messages and timers. */
const TURN_EVERY_MS = 10

const port = parentPort!
const task = workerData as ThreadTask
const store = new RunStore(task.home)
const send = (message: FromThread): void => port.postMessage(message)

let pauseAsked = false
const stopAsked = new Set<string>()

port.on('message', (message: ToThread) => {
  if (message.kind === 'pause') pauseAsked = true
  else stopAsked.add(message.runId)
})

let lastTurnMs = 0

/** Messages and timers are seen only when the event loop turns. */
function turnLoop(): Promise<void> {
  const now = performance.now()
  if (now - lastTurnMs < TURN_EVERY_MS) return Promise.resolve()
  lastTurnMs = now
  return new Promise((resolve) => setImmediate(resolve))
}

async function countTrainingSteps(record: RunRecord, baseFolder: string): Promise<number | null> {
  const { config } = record
  const { steps, epochs, batch } = config.training
  if (steps !== null) return steps
  if (config.dataset.kind !== 'file') return epochs * stepsPerEpoch(config.dataset.counts.train, batch)
  const { datasets } = await openRunData(store.home, record, config.seeds.slice(0, 1), baseFolder, AS_RECORDED)
  return epochs * stepsPerEpoch(datasets[0]!.counts.train, batch)
}

async function runAndTell(id: string, baseFolder: string): Promise<{ record: RunRecord; error: unknown }> {
  const batcher = new EventBatcher<RunEvent>((events) => send({ kind: 'events', runId: id, events }))
  let error: unknown = null
  try {
    const record = await store.readRecord(id)
    if (isOver(record.status)) return { record, error }
    const trainingSteps = await countTrainingSteps(record, baseFolder)
    const tellStart = async (started: RunRecord): Promise<void> => {
      const keptMetricsBytes = (await store.readCheckpoint(id))?.metricsBytes ?? 0
      send({ kind: 'started', record: started, keptMetricsBytes, trainingSteps })
    }
    await tellStart(record)
    await runOne(
      store,
      id,
      baseFolder,
      task.engine,
      {
        requested: () => (stopAsked.has(id) ? 'stop' : pauseAsked ? 'pause' : null),
        rest: turnLoop,
      },
      {
        started: () => undefined,
        event: (_, event) => batcher.push(event),
        async deviceLost(lost) {
          batcher.flush()
          await tellStart(lost) // what comes now begins at the checkpoint again
        },
      },
      { data: AS_RECORDED, backend: (task.kind === 'group' && task.backend) || null },
    )
  } catch (thrown) {
    error = thrown
  }
  batcher.flush()
  const record = await store.readRecord(id)
  send({ kind: 'ended', record, error: error === null ? null : toWireError(error) })
  return { record, error }
}

async function runGroupTask(runIds: readonly string[]): Promise<void> {
  for (const id of runIds) {
    if (pauseAsked) break
    if (!stopAsked.has(id)) await runAndTell(id, task.home)
  }
}

async function runSweepTask(sweepId: string, rerunFailed: boolean): Promise<void> {
  const writer = await new SweepStore(task.home).openWriter(sweepId)
  try {
    await runSweep(store, writer, {
      engine: task.engine,
      rerunFailed,
      isPauseAsked: () => pauseAsked,
      made: (runIds) => send({ kind: 'made', runIds }),
      runOne: async ({ id }) => {
        if (stopAsked.has(id)) return 'done'
        const { record: run, error } = await runAndTell(id, writer.record.baseFolder)
        return run.status === 'paused' || (error !== null && !isRunsOwn(error)) ? 'paused' : 'done'
      },
    })
  } finally {
    await writer.close()
  }
}

async function runAll(): Promise<void> {
  try {
    if (task.kind === 'group') await runGroupTask(task.runIds)
    else await runSweepTask(task.sweepId, task.rerunFailed)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    send({ kind: 'refused', error: toWireError(error) })
  }
  send({ kind: 'done' })
  port.close()
}

// No await at the top level: the desktop's bundle is CommonJS.
runAll().catch((error: unknown) => {
  throw error // ends the thread, which the host tells as a crash
})
