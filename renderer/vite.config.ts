/** How the renderer is built, for Chromium 108 and newer, into dist/app/renderer: the lab's page, for the browser and the desktop, and the engine's, for a window that nobody sees. */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const fromHere = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  root: fromHere('.'),
  cacheDir: fromHere('../node_modules/.cache/vite-renderer'),
  plugins: [vue()],
  worker: { format: 'es' }, // engines are loaded when they are asked for
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    target: 'chrome108',
    outDir: fromHere('../dist/app/renderer'),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy lets no data: scripts or fonts in
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
    rolldownOptions: { input: [fromHere('./index.html'), fromHere('./engine.html')] },
  },
})
