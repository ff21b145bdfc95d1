/** The flags `--data` and `--other-data`: what the user says of the data of a run that was made before. */
import type { DataChoice } from '../engine/run-data.ts'

export function readDataOptions({ data, otherData }: Readonly<Record<string, unknown>>): DataChoice {
  return { file: typeof data === 'string' ? data : null, takesOther: otherData === true }
}
