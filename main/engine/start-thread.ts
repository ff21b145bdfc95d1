/** Starts worker threads: a name enters, the thread leaves. Its code is beside this file, as TypeScript in a checkout, as CommonJS in the desktop's bundle. */
import v8 from 'node:v8'
import { Worker, type ResourceLimits } from 'node:worker_threads'
import { offeringPort } from './executor/offer-executors.ts'
import { adaptersPort } from './webgpu/known-adapters.ts'

const isSource = import.meta.url.endsWith('.ts')

const FILES = {
  'wasm-thread': './wasm-thread.ts',
  'executor-thread': './executor/executor-thread.ts',
  'group-thread': './host/group-thread.ts',
  'estimate-thread': './host/estimate-thread.ts',
  'evaluation-thread': './host/evaluation-thread.ts',
  'device-thread': './host/device-thread.ts',
  'index-thread': '../lab/run-index/index-thread.ts',
  'design-thread': '../lab/designs/design-thread.ts',
  /** Of the command line, which is in no bundle. */
  'command-thread': '../cli/command-thread.ts',
} as const

/** An entry of main/electron/vite.config.ts, which puts every bundle into one folder. */
export type ThreadName = keyof typeof FILES

/*
 * V8 (13.6, in Node 24) frees the wrapper of a function imported into WebAssembly while another thread takes it from the cache that all
 * threads share, and the process dies of SIGSEGV in Runtime_TierUpWasmToJSWrapper. Node strips types with WebAssembly that imports functions,
 * in every thread that loads TypeScript. Nothing is freed without this collection; the code of a module still goes with the module.
 */
v8.setFlagsFromString('--no-wasm-code-gc')

/**
 * @param name or the file of one that is no part of the lab
 * @param task becomes the thread's `workerData`, with ports to ask over for executors and for graphics adapters, where this thread offers them
 * @param resourceLimits beyond which it ends by itself
 */
export function startThread(name: ThreadName | URL, task?: unknown, resourceLimits?: ResourceLimits): Worker {
  const file = name instanceof URL ? name : new URL(isSource ? FILES[name] : `./${name}.cjs`, import.meta.url)
  const limits = resourceLimits && { resourceLimits }
  if (typeof task !== 'object' || task === null) return new Worker(file, { workerData: task, ...limits })
  const ports = Object.entries({ executors: offeringPort(), adapters: adaptersPort() }).flatMap(([name, port]) =>
    port === null ? [] : [[name, port] as const],
  )
  const workerData = { ...task, ...Object.fromEntries(ports) }
  return new Worker(file, { workerData, transferList: ports.map(([, port]) => port), ...limits })
}
