/** What an executor is started for: its backend, and what that may use of the machine. It crosses threads and processes. */
import type { EngineOptions } from '../engine-options.ts'

export interface ExecutorRequest {
  readonly backend: string
  readonly options: Partial<EngineOptions>
}

/** As the one argument of a process. */
export const toArgument = (request: ExecutorRequest): string => JSON.stringify(request)

export const fromArgument = (argument: string): ExecutorRequest => JSON.parse(argument) as ExecutorRequest
