/** What an executor is started for: its backend, and what that may use of the machine. It crosses threads and processes. */
import type { LoadOptions } from '../load-backend.ts'

export interface ExecutorRequest {
  readonly backend: string
  readonly options: LoadOptions
}

/** As the one argument of a process. */
export const toArgument = (request: ExecutorRequest): string => JSON.stringify(request)

export const fromArgument = (argument: string): ExecutorRequest => JSON.parse(argument) as ExecutorRequest
