// The linter's rules, and with them the arrows of the architecture: shared/ knows nothing of its hosts, main/ and renderer/ meet only in shared/.
import js from '@eslint/js'
import tseslint from 'typescript-eslint'

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
/** A folder of shared/ may not import from those that stand after it in the method's order. */
const layers = [
  ['protocol', 'numerics'],
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
  {
    languageOptions: { globals: { WebAssembly: 'readonly', process: 'readonly', console: 'readonly' } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess makes `array[i]!` the idiom of numeric loops
      '@typescript-eslint/no-explicit-any': 'error',
      'no-console': 'error',
      'no-undef': 'off', // the compiler checks names, per folder
    },
  },
  { files: ['shared/**/*.ts'], rules: forbid(hosts, outward) },
  ...layerRules,
  {
    files: ['main/**/*.ts'],
    ignores: ['main/electron/**'],
    rules: forbid(meetInShared('renderer'), { group: ['electron'], message: 'Only main/electron/ imports electron.' }),
  },
  { files: ['main/electron/**/*.ts'], rules: forbid(meetInShared('renderer')) },
  { files: ['renderer/**/*.ts'], rules: forbid(hosts, meetInShared('main')) },
)
