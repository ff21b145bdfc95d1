/** The trial of a TensorFlow in a utility process of Electron, which is where the desktop loads it: its folder enters, the process leaves. */
import { utilityProcess } from 'electron'
import path from 'node:path'
import process from 'node:process'
import { TENSORFLOW_ENVIRONMENT } from '../engine/tensorflow/environment.ts'
import { keepLastWords, type TrialAnswer, type TrialProcess } from '../setup/tensorflow/trial.ts'

/** @param bundle the folder that holds the process's program */
export function startUtilityTrial(bundle: string, folder: string): TrialProcess {
  const child = utilityProcess.fork(path.join(bundle, 'trial-process.cjs'), [folder], {
    env: { ...process.env, ...TENSORFLOW_ENVIRONMENT },
    stdio: ['ignore', 'ignore', 'pipe'],
    serviceName: 'Warmup Lab set-up',
  })
  return {
    hearAnswer: (hear) => child.on('message', (message: TrialAnswer) => hear(message)),
    hearEnd: (hear) => child.once('exit', (code) => hear(`exit code ${code}`)),
    lastWords: child.stderr === null ? () => '' : keepLastWords(child.stderr),
    kill: () => void child.kill(),
  }
}
