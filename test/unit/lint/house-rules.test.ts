/** The linter's rules about all imports at once, shown to a small house in a temporary folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ESLint, type Linter } from 'eslint'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { houseRules } from '../../lint/house-rules.ts'

const NOTHING = 'export const nothing = null\n'

let house: string

beforeEach(() => {
  house = mkdtempSync(path.join(os.tmpdir(), 'lab-house-'))
  for (const folder of ['shared', 'main', 'renderer']) mkdirSync(path.join(house, folder))
})

afterEach(() => rmSync(house, { recursive: true }))

/** @returns what the rules say, as `file: message`, of a house of these files */
async function complaints(files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(path.join(house, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(house, file), source)
  }
  const eslint = new ESLint({
    cwd: house,
    overrideConfigFile: true,
    overrideConfig: [
      { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
      ...vue.configs['flat/base'],
      { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
      {
        files: ['**/*.{ts,vue}'],
        plugins: { house: houseRules(house) },
        rules: { 'house/no-import-cycle': 'error', 'house/shared-by-two': 'error' },
      },
    ] as Linter.Config[],
  })
  const results = await eslint.lintFiles(['.'])
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ message }) => `${path.relative(house, filePath).replaceAll(path.sep, '/')}: ${message}`),
  )
}

const component = (script: string): string =>
  `<script setup lang="ts">\n${script}</script>\n\n<template><p /></template>\n`

describe('a cycle of imports', () => {
  it('is found over types, exports, imports at run time and components, and named whole', async () => {
    const found = await complaints({
      'renderer/run/RunView.vue': component(
        "import type { Words } from './words.ts'\ndefineProps<{ words: Words }>()\n",
      ),
      'renderer/run/words.ts': "export * from './more.ts'\n",
      'renderer/run/more.ts': "export const view = () => import('./RunView.vue')\n",
    })
    expect(found).toHaveLength(3)
    expect(found).toContain(
      'renderer/run/RunView.vue: Imports run in a circle: renderer/run/RunView.vue -> renderer/run/words.ts -> renderer/run/more.ts -> renderer/run/RunView.vue.',
    )
  })

  it('is none where a file imports what others import, too, nor where a thread is started by its address', async () => {
    const found = await complaints({
      'main/desk.ts': "import './thread-protocol.ts'\nexport const thread = new URL('./thread.ts', import.meta.url)\n",
      'main/thread.ts': "import './desk.ts'\nimport './thread-protocol.ts'\n",
      'main/thread-protocol.ts': NOTHING,
    })
    expect(found).toEqual([])
  })
})

describe('a file of a common folder of the renderer', () => {
  it('is one that two rooms reach, if need be through others', async () => {
    const found = await complaints({
      'renderer/run/RunView.vue': component("import '../charts/figure.ts'\n"),
      'renderer/compare/CompareView.vue': component("import '../charts/figure.ts'\n"),
      'renderer/charts/figure.ts': "import '../words/format.ts'\n",
      'renderer/words/format.ts': NOTHING,
    })
    expect(found).toEqual([])
  })

  it('belongs into a room that alone reaches it, and nowhere when none does', async () => {
    const found = await complaints({
      'renderer/run/RunView.vue': component("import '../charts/figure.ts'\n"),
      'renderer/charts/figure.ts': "import '../words/format.ts'\n",
      'renderer/words/format.ts': NOTHING,
      'renderer/words/forgotten.ts': NOTHING,
    })
    expect(found).toEqual([
      'renderer/charts/figure.ts: Only renderer/run needs this file: it belongs there.',
      'renderer/words/forgotten.ts: No room of renderer/ needs this file.',
      'renderer/words/format.ts: Only renderer/run needs this file: it belongs there.',
    ])
  })
})
