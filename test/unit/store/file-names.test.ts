/** Names of files made of what a user types: within the bytes of a disk, of whole characters, and allowed everywhere. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { replaceFile } from '../../../main/store/durable-file.ts'
import { cutToBytes, readableFileName, slugOf } from '../../../main/store/file-names.ts'
import { temporaryFolder } from './store-helpers.ts'

const FAMILY = '👩‍👩‍👧‍👦'

describe('a text is cut to bytes', () => {
  it.each<[string, number, string]>([
    ['plain', 5, 'plain'],
    ['plain', 4, 'plai'],
    ['数数', 5, '数'],
    ['e\u0301e\u0301', 5, 'e\u0301'],
    [`${FAMILY}a`, Buffer.byteLength(FAMILY) - 1, ''],
    [`${FAMILY}a`, Buffer.byteLength(FAMILY), FAMILY],
  ])('%s to %i: %s', (text, mostBytes, cut) => {
    expect(cutToBytes(text, mostBytes)).toBe(cut)
  })
})

it.each<[string, string]>([
  ['a/b\\c:d*e?f"g<h>i|j\u0000k\n', 'a-b-c-d-e-f-g-h-i-j-k--1.json'],
  ['half \ud83d', 'half --1.json'],
  ['..', '_..-1.json'],
  ['CON', '_CON-1.json'],
  ['nul.tar', '_nul.tar-1.json'],
  ['console', 'console-1.json'],
])('%j becomes %s', (text, name) => {
  expect(readableFileName(text, '-1.json')).toBe(name)
})

it('an id is typed in a terminal, and is short', () => {
  expect(slugOf('T = 300, ε*', 'run')).toBe('t-300')
  expect(slugOf('吸引子', 'run')).toBe('run')
  expect(slugOf('a'.repeat(60), 'run')).toHaveLength(40)
})

it('a file whose name is as long as a disk takes is replaced whole', async () => {
  const file = path.join(await temporaryFolder(), '数'.repeat(85))
  for (const content of ['one', 'two']) await replaceFile(file, content)
  expect(await readFile(file, 'utf8')).toBe('two')
})
