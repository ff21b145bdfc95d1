/**
 * How the desktop's main process is built: CommonJS for Node 16 and newer, into dist/app/electron, its worker threads beside it. Each preload
 * is a mode of its own and built alone, since a sandboxed preload can require nothing but electron.
 */
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const fromHere = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const MAIN = {
  main: fromHere('./main.ts'),
  'group-thread': fromHere('../engine/host/group-thread.ts'),
  'index-thread': fromHere('../lab/run-index/index-thread.ts'),
  'design-thread': fromHere('../lab/designs/design-thread.ts'),
  'estimate-thread': fromHere('../engine/host/estimate-thread.ts'),
  'evaluation-thread': fromHere('../engine/host/evaluation-thread.ts'),
  'device-thread': fromHere('../engine/host/device-thread.ts'),
  'trial-process': fromHere('../setup/tensorflow/trial-process.ts'),
  'wasm-thread': fromHere('../engine/wasm-thread.ts'),
  'executor-process': fromHere('../engine/executor/executor-process.ts'),
  'executor-thread': fromHere('../engine/executor/executor-thread.ts'),
}

export default defineConfig(({ mode }) => ({
  root: fromHere('.'),
  cacheDir: fromHere(`../../node_modules/.cache/vite-electron-${mode}`),
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    target: 'node16',
    outDir: fromHere('../../dist/app/electron'),
    emptyOutDir: false, // the modes share the folder
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: mode.endsWith('preload') ? { [mode]: fromHere(`./${mode}.ts`) } : MAIN,
      // libsql finds its native part by the name of its package.
      external: ['electron', 'libsql', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
      // One folder: threads are found beside whatever chunk starts them.
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
    },
  },
}))
