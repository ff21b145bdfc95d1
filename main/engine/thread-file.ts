/** Where the code of a worker thread is: beside this file, as TypeScript in a checkout, as CommonJS in the desktop's bundle. */

const isSource = import.meta.url.endsWith('.ts')

/** @param name an entry of main/electron/vite.config.ts, which puts every bundle into one folder */
export function threadFile(name: 'wasm-thread' | 'group-thread' | 'predict-thread'): URL {
  if (!isSource) return new URL(`./${name}.cjs`, import.meta.url)
  return new URL(name === 'wasm-thread' ? './wasm-thread.ts' : `./host/${name}.ts`, import.meta.url)
}
