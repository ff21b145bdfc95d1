/** How a command ends: what it throws, or that nobody could read what it printed, becomes one line on standard error and the exit code. */
import process from 'node:process'
import { LabError } from '../../shared/errors/errors.ts'
import { printError, printNotice } from './output.ts'
import { hasReaderLeft, outputFailure } from './streams.ts'

/** Carries a command out. @param json whether its errors are objects */
export async function finishCommand(carryOut: () => Promise<unknown>, json: boolean): Promise<void> {
  try {
    await carryOut()
    const failure = outputFailure()
    // A reader that goes away (`lab runs | head`) is no error.
    if (failure !== null && !hasReaderLeft()) throw failure
  } catch (error) {
    process.exitCode = report(error, json)
  }
}

/** What goes wrong beside the work, which goes on. @param json as an object */
export function tellWarning({ code, message }: LabError, json: boolean): void {
  printError(code, message, json, 'warning')
}

/** @returns the exit code */
function report(error: unknown, json: boolean): number {
  if (error instanceof LabError) return reportLine(error.code, error.message, json, error.exitCode)
  const message = error instanceof Error ? error.message : String(error)
  if (process.env.WARMUP_LAB_DEBUG && error instanceof Error) printNotice(error.stack ?? message)
  return reportLine('internal', `${message} (a defect of the lab; WARMUP_LAB_DEBUG=1 shows where)`, json, 1)
}

function reportLine(code: string, message: string, json: boolean, exitCode: number): number {
  printError(code, message, json)
  return exitCode
}
