/** Whether this thread is that of an executor: then it computes itself what others have an executor for. */
let isExecutor = false

export function becomeExecutor(): void {
  isExecutor = true
}

export const isInExecutor = (): boolean => isExecutor
