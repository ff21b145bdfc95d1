/** The remembered choice of kernels: kept while it fits the machine, made again when it does not. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { chooseKernels } from '../../../main/engine/kernel-choice.ts'
import { PAIRED_VECTORS_TILES, SINGLE_VECTORS_TILES } from '../../../shared/backends/wasm/wasm-backend.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'kernels-'))
  file = path.join(folder, 'kernels.json')
})
afterEach(() => rm(folder, { recursive: true }))

it('is one of the tiles for its width, and is remembered', async () => {
  const choice = await chooseKernels(folder)
  expect(choice.pairedVectors ? PAIRED_VECTORS_TILES : SINGLE_VECTORS_TILES).toContainEqual(choice.tile)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject(choice)
  // Another tile in the file is taken without timing again.
  const json = JSON.parse(await readFile(file, 'utf8')) as { pairedVectors: boolean }
  const other = (json.pairedVectors ? PAIRED_VECTORS_TILES : SINGLE_VECTORS_TILES)[1]!
  await writeFile(file, JSON.stringify({ ...json, tile: other }))
  expect((await chooseKernels(folder)).tile).toEqual(other)
})

it.each([
  ['damaged', () => '{"machine":'],
  ['of another machine', (text: string) => text.replace('"machine": "', '"machine": "another ')],
  ['with a tile that there is not', (text: string) => text.replace(/"rows": \d+/, '"rows": 7')],
  ['no object', () => 'null'],
])('is made again from a file that is %s', async (_, change) => {
  await chooseKernels(folder)
  const text = await readFile(file, 'utf8')
  await writeFile(file, change(text))
  const choice = await chooseKernels(folder)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ ...(JSON.parse(text) as object), ...choice })
})

it('needs no file', async () => {
  // A file where the folder should be: nothing can be written there, by anyone.
  await writeFile(file, '')
  await chmod(file, 0o444)
  const choice = await chooseKernels(file)
  expect(choice.tile.rows).toBeGreaterThan(0)
})
