/** One clock for all threads of a process: each thread's `performance.now` begins at its own start. */
export const traceClock = (): number => performance.timeOrigin + performance.now()
