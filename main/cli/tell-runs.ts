/** What the command line says of runs as they go: lines of progress, or an object a line. */
import type { GroupListener } from '../engine/run-group.ts'
import { printJson } from './output.ts'
import type { ProgressLine } from './progress.ts'
import { writeError } from './streams.ts'

/** @param progress null: as JSON */
export function tellRuns(progress: ProgressLine | null): GroupListener {
  if (progress === null)
    return {
      started: ({ id, strategy }) => printJson({ type: 'run', id, strategy }),
      event: ({ id }, event) => printJson({ run: id, ...event }),
      finishedBefore: (id) => printJson({ type: 'finished-before', run: id }),
      failed: (id, { code, message }) => printJson({ type: 'failed', run: id, code, message }),
    }
  return {
    started: (record) => progress.start(record),
    event: (record, event) => progress.event(record, event),
    finishedBefore(id) {
      progress.end()
      process.stderr.write(`${id} is finished already, and stays as it is.\n`)
    },
    failed(id, { code, message }) {
      progress.end()
      writeError(`${id} failed [${code}]: ${message}\n`)
    },
  }
}
