/** V8's collection of WebAssembly code, which can end the process while threads begin and end: off wherever threads are started. */
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const urlOf = (file: string): string => new URL(`../../../${file}`, import.meta.url).href

/**
 * Trains a small network, whose code V8 compiles twice, after these files were imported: Node strips their types with WebAssembly of its
 * own, before any of them runs. @returns whether V8 then looked for code that is used no more
 */
function collectsCode(imported: readonly string[]): boolean {
  const script = [
    ...imported.map((file) => `await import(${JSON.stringify(urlOf(file))})`),
    `(await import('node:v8')).setFlagsFromString('--trace-wasm-code-gc')`,
    `const { trainedBits } = await import(${JSON.stringify(urlOf('shared/backends/wasm/tune/self-test.ts'))})`,
    `const { PAIRED_VECTORS_TILE } = await import(${JSON.stringify(urlOf('shared/backends/wasm/wasm-backend.ts'))})`,
    `for (let i = 0; i < 20; i++) await trainedBits(PAIRED_VECTORS_TILE, 'single')`,
    `console.log('trained')`,
  ].join(';\n')
  const options = ['--stress-wasm-code-gc', '--input-type=module', '--eval', script]
  const told = execFileSync(process.execPath, options, { encoding: 'utf8' })
  expect(told).toContain('trained')
  return told.includes('[wasm-gc] Triggering GC')
}

describe('the collection of WebAssembly code', () => {
  it('is what V8 does by itself', () => expect(collectsCode([])).toBe(true))

  it('is off once a thread can be started', () => expect(collectsCode(['main/engine/start-thread.ts'])).toBe(false))
})
