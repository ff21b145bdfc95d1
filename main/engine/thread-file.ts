/** Where the code of a worker thread is: beside this file, as TypeScript in a checkout, as CommonJS in the desktop's bundle. */

const isSource = import.meta.url.endsWith('.ts')

const FILES = {
  'wasm-thread': './wasm-thread.ts',
  'group-thread': './host/group-thread.ts',
  'estimate-thread': './host/estimate-thread.ts',
  'predict-thread': './host/predict-thread.ts',
  'index-thread': '../lab/run-index/index-thread.ts',
} as const

/** @param name an entry of main/electron/vite.config.ts, which puts every bundle into one folder */
export function threadFile(name: keyof typeof FILES): URL {
  return new URL(isSource ? FILES[name] : `./${name}.cjs`, import.meta.url)
}
