// The linter's rules, and with them the arrows of the architecture: shared/ knows nothing of its hosts, main/ and renderer/ meet only in shared/.
import path from 'node:path'
import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import { COMMON, houseRules, ROOMS } from './lint/house-rules.ts'

const forbid = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] })
const hosts = {
  group: ['node:*', 'electron', 'fs', 'path', 'os', 'worker_threads'],
  message: 'shared/ and renderer/ know no host: clock, files, threads are passed in or come over the protocol.',
}
const outward = { regex: '(^|/)(main|renderer|test)/', message: 'Imports run main, renderer -> shared, never back.' }
const meetInShared = (other) => ({
  regex: `(^|/)(${other}|test)/`,
  message: 'main/ and renderer/ meet only in shared/, and neither knows the tests.',
})
const noElectron = { group: ['electron'], message: 'Only main/electron/ imports electron.' }
/** A folder of shared/ may not import from those that stand after it: errors before everything, then the method's order, then commands, events and what they carry. */
const layers = [
  ['errors'],
  ['numerics'],
  ['statistics'],
  ['compiler'],
  ['cells'],
  ['networks'],
  ['datasets'],
  ['attractors'],
  ['backends'],
  ['exchange'],
  ['experiments'],
  ['runs'],
  ['training'],
  ['protocol'],
]
/** main/, from what knows least to what knows all. */
const mainLayers = [['store'], ['engine'], ['setup'], ['lab'], ['server'], ['cli', 'electron']]
const mainLayerRules = mainLayers.flatMap((folders, index) => {
  const later = mainLayers.slice(index + 1).flat()
  if (later.length === 0) return []
  return [
    {
      files: folders.map((folder) => `main/${folder}/**/*.ts`),
      rules: forbid(meetInShared('renderer'), noElectron, {
        regex: `^(\\.\\./)+(${later.join('|')})/`,
        message: `main/${folders[0]} stands before ${later.join(', ')} (run folders -> engine -> set-ups -> lab -> doors).`,
      }),
    },
  ]
})
/** renderer/: what all rooms share, from what knows least to what knows most, and then the rooms, none of which knows another; a store sends no command. */
const rendererLayers = [['transport', 'locales'], ['stores'], ...COMMON.map((folder) => [folder]), ROOMS]
const rendererFolderRule = (folder, others, message) => ({
  files: [`renderer/${folder}/**/*.{ts,vue}`],
  rules: forbid(
    hosts,
    meetInShared('main'),
    { regex: `^(\\.\\./)+(${others.join('|')})/`, message },
    ...(folder === 'stores'
      ? [{ regex: 'transport/lab-client', message: 'Views send commands; only events change stores.' }]
      : []),
  ),
})
const rendererRules = [
  ...rendererLayers.slice(0, -1).flatMap((folders, index) => {
    const later = rendererLayers.slice(index + 1).flat()
    return folders.map((folder) =>
      rendererFolderRule(folder, later, `renderer/${folder} stands before ${later.join(', ')}.`),
    )
  }),
  ...ROOMS.map((room) =>
    rendererFolderRule(
      room,
      ROOMS.filter((other) => other !== room),
      'A room of renderer/ knows no other; what two of them need stands in a common folder.',
    ),
  ),
]
const layerRules = layers.flatMap((folders, index) => {
  const later = layers.slice(index + 1).flat()
  if (later.length === 0) return []
  return [
    {
      files: folders.map((folder) => `shared/${folder}/**/*.ts`),
      rules: forbid(hosts, outward, {
        regex: `^(\\.\\./)+(${later.join('|')})/`,
        message: `shared/${folders[0]} stands before ${later.join(', ')} (design: One direction).`,
      }),
    },
  ]
})

export default tseslint.config(
  { ignores: ['node_modules/**', 'dist/**', 'coverage/**'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...vue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  {
    languageOptions: { globals: { WebAssembly: 'readonly', process: 'readonly', console: 'readonly' } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess makes `array[i]!` the idiom of numeric loops
      '@typescript-eslint/no-explicit-any': 'error',
      // A type that a schema has is given its name by an interface, which is what editors then show in its place.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      'no-console': 'error',
      'no-undef': 'off', // the compiler checks names, per folder
    },
  },
  {
    files: ['renderer/**/*.vue'],
    rules: {
      // Prettier's matters:
      'vue/html-indent': 'off',
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      // A prop's type says whether it may be left out; undefined is the default.
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/needs.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|skipIf|runIf|only|todo)$/]',
          message: 'A test that is left out says why: describeUnless and itUnless of test/needs.ts.',
        },
      ],
    },
  },
  { files: ['shared/**/*.ts'], rules: forbid(hosts, outward) },
  ...layerRules,
  {
    files: ['main/**/*.ts'],
    ignores: ['main/electron/**'],
    rules: forbid(meetInShared('renderer'), noElectron),
  },
  ...mainLayerRules,
  { files: ['main/electron/**/*.ts'], rules: forbid(meetInShared('renderer')) },
  {
    files: ['renderer/**/*.{ts,vue}'],
    ignores: ['renderer/vite.config.ts'],
    rules: forbid(hosts, meetInShared('main')),
  },
  ...rendererRules,
  {
    files: ['{shared,main,renderer}/**/*.{ts,vue}'],
    plugins: { house: houseRules(path.join(import.meta.dirname, '..')) },
    rules: { 'house/shared-by-two': 'error' },
  },
)
