/** The trial of a TensorFlow that is about to be put in its place: its folder enters, whether it trains leaves. Here as a child process of Node. */
import { fork } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../../shared/errors/errors.ts'
import { fromWireError, type WireError } from '../../../shared/errors/wire-error.ts'
import { TENSORFLOW_ENVIRONMENT } from '../../engine/tensorflow/environment.ts'
import { cancelled } from './run-tool.ts'

export type TrialAnswer =
  { readonly kind: 'trained'; readonly usesGpu: boolean } | { readonly kind: 'failed'; readonly error: WireError }

/** A process that runs trial-process.ts: Node's child process, or Electron's utility process. */
export interface TrialProcess {
  hearAnswer(hear: (answer: TrialAnswer) => void): void
  /** @param hear how it has ended, in words */
  hearEnd(hear: (how: string) => void): void
  /** What it has said on standard error so far. */
  lastWords(): string
  kill(): void
}

/** @param folder the argument of its process */
export type StartTrial = (folder: string) => TrialProcess

const PROGRAM = fileURLToPath(new URL('./trial-process.ts', import.meta.url))
const MOST_LAST_WORDS = 600

export function forkTrial(folder: string): TrialProcess {
  const child = fork(PROGRAM, [folder], {
    env: { ...process.env, ...TENSORFLOW_ENVIRONMENT },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const words = keepLastWords(child.stderr!)
  return {
    hearAnswer: (hear) => child.on('message', (message) => hear(message as TrialAnswer)),
    hearEnd(hear) {
      child.once('error', ({ message }) => hear(message))
      child.once('exit', (code, signal) => hear(signal === null ? `exit code ${code}` : `ended by ${signal}`))
    },
    lastWords: words,
    kill: () => void child.kill('SIGKILL'), // native code may hear nothing gentler
  }
}

/** @returns gives the last of what a process has said */
export function keepLastWords(stream: NodeJS.ReadableStream): () => string {
  let words = ''
  stream.on('data', (chunk: Buffer) => void (words = (words + chunk.toString()).slice(-MOST_LAST_WORDS)))
  return () => words.trim()
}

/**
 * @returns whether it computes on a graphics processor
 * @throws LabError `backend` when it does not load, computes wrong or ends over it; `interrupted`
 */
export function tryTensorflow(folder: string, startTrial: StartTrial, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.reject(cancelled())
  const trial = startTrial(folder)
  return new Promise<boolean>((resolve, reject) => {
    const stop = (): void => reject(cancelled())
    signal.addEventListener('abort', stop, { once: true })
    trial.hearAnswer((answer) => {
      if (answer.kind === 'trained') resolve(answer.usesGpu)
      else reject(fromWireError(answer.error))
    })
    trial.hearEnd((how) =>
      reject(
        new LabError('backend', 'TensorFlow ends the process in which it is tried.', {
          where: folder,
          expected: 'a trained step',
          found: [how, trial.lastWords()].filter((words) => words !== '').join(': '),
          remedy: 'This processor or system may be too old for it. Every other engine of the lab runs without it.',
        }),
      ),
    )
  }).finally(() => trial.kill())
}
