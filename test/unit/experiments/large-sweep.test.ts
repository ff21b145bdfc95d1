/** As many points as a sweep may have, of a configuration of a megabyte: within a heap that holds a hundredth of their configurations. */
import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

const HEAP_MIB = 256
const urlOf = (file: string): string => new URL(`../../../${file}`, import.meta.url).href

it('ten thousand points of a megabyte are read, laid out as a table and made one by one within a small heap', () => {
  const script = `
    const { parseSweep } = await import(${JSON.stringify(urlOf('shared/experiments/sweep.ts'))})
    const { outlineSweep } = await import(${JSON.stringify(urlOf('main/engine/run-sweep.ts'))})
    const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1)
    const long = Array.from({ length: 2 ** 15 }, (_, i) => '# line ' + i + ' of a long comment').join('\\n')
    const config = { dataset: { kind: 'copy-first-input', steps: 9 }, cells: { long } }
    const grid = { 'training.batch': upTo(100), 'training.epochs': upTo(100) }
    const { sweep } = parseSweep(JSON.parse(JSON.stringify({ config, grid })), 'test')
    const { pointCount, slots } = outlineSweep(sweep)
    const { training, cells } = sweep.configOf(9_999)
    const tableBytes = JSON.stringify(slots).length
    console.log(JSON.stringify({ pointCount, slotCount: slots.length, training, longBytes: cells.long.length, tableBytes }))
  `
  const options = [`--max-old-space-size=${HEAP_MIB}`, '--input-type=module', '--eval', script]
  const told = JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' })) as Record<string, number>
  expect(told).toMatchObject({ pointCount: 10_000, slotCount: 30_000, training: { batch: 100, epochs: 100 } })
  expect(told.longBytes).toBeGreaterThan(1e6)
  expect(told.tableBytes).toBeLessThan(4e6) // what a window gets holds no configurations
})
