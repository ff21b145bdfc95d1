/** Errors as plain data, so that they cross a MessagePort, IPC and a socket unchanged: any thrown value enters, code and parts leave. */
import { LabError, type ErrorCode, type Fault, type SourceLocation } from './errors.ts'

export interface WireError {
  readonly code: ErrorCode
  /** The whole sentence: where, what, expected, found, remedy. */
  readonly message: string
  /** What is wrong, without the rest. */
  readonly summary: string
  readonly where: string | null
  readonly expected: string | null
  readonly found: string | null
  readonly remedy: string | null
  readonly location: SourceLocation | null
  /** Where the screens have words of their own for it. */
  readonly fault: Fault | null
}

/** Anything that is no LabError is a defect of the lab and says so: code `internal`. */
export function toWireError(error: unknown): WireError {
  if (error instanceof LabError) {
    const { code, message, summary, detail } = error
    const { where = null, expected = null, found = null, remedy = null, location = null, fault = null } = detail
    return { code, message, summary, where, expected, found, remedy, location, fault }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'internal',
    message,
    summary: message,
    where: null,
    expected: null,
    found: null,
    remedy: null,
    location: null,
    fault: null,
  }
}

export function fromWireError(error: WireError): LabError {
  const { code, summary, where, expected, found, remedy, location, fault } = error
  return new LabError(code, summary, {
    where: where ?? undefined,
    expected: expected ?? undefined,
    found: found ?? undefined,
    remedy: remedy ?? undefined,
    location: location ?? undefined,
    fault: fault ?? undefined,
  })
}
