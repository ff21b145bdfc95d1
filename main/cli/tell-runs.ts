/** What the command line says of runs as they go: lines of progress, or an object a line. */
import { describeDivergence } from '../../shared/runs/divergence.ts'
import type { GroupListener } from '../engine/run-group.ts'
import { printJson, printNotice } from './output.ts'
import type { ProgressLine } from './progress.ts'

/** @param file what it goes on with */
export function tellOtherData(id: string, file: string, isJson: boolean): void {
  if (isJson) printJson({ type: 'other-data', run: id, file })
  else printNotice(`${id} goes on with other data than it began with: ${file}`)
}

/** @param progress null: as JSON */
export function tellRuns(progress: ProgressLine | null): GroupListener {
  if (progress === null)
    return {
      started: ({ id, strategy }) => printJson({ type: 'run', id, strategy }),
      event: ({ id }, event) => printJson({ run: id, ...event }),
      otherData: (id, file) => tellOtherData(id, file, true),
      deviceLost: ({ id }, { code, message }) => printJson({ type: 'device-lost', run: id, code, message }),
      endedBefore: ({ id, status }) => printJson({ type: `${status}-before`, run: id }),
      failed: (id, { code, message }) => printJson({ type: 'failed', run: id, code, message }),
    }
  return {
    started: (record) => progress.start(record),
    event: (record, event) => progress.event(record, event),
    otherData(id, file) {
      progress.end()
      tellOtherData(id, file, false)
    },
    deviceLost({ id }, { message }) {
      progress.end()
      printNotice(`${id} goes on from its last checkpoint: ${message}`)
    },
    endedBefore({ id, status, diverged }) {
      progress.end()
      if (status === 'finished') printNotice(`${id} is finished already, and stays as it is.`)
      else
        printNotice(
          `${id} has diverged, and would again: ${diverged.map(describeDivergence).join('; ')}. To go on from one of its checkpoints with another training: lab fork ${id}`,
        )
    },
    failed(id, { code, message }) {
      progress.end()
      printNotice(`${id} failed [${code}]: ${message}`)
    },
  }
}
