/**
 * The claims about all backends, kept by graphs on TensorFlow's real library: operation by operation, and compiled by XLA where that takes little.
 * A few recorded cases here, and the topics for which few graphs are built; all of both by `npm run test:gpu`.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { WHOLE_SUITE } from '../../../gpu/whole.ts'
import { TENSORFLOW_LACK } from '../../../tensorflow.ts'
import { conformanceChecks, SHORT, WHOLE } from '../conformance/checks.ts'
import { describeClaims } from '../conformance/describe-claims.ts'
import { goldenChecks } from '../conformance/golden.ts'
import { libraryBackend } from './library-backend.ts'
import { describeUnless } from '../../../needs.ts'

const isWhole = process.env[WHOLE_SUITE] === '1'
/** Each cell trained in a double layer, one case of each other kind. */
const FEW = /^(train-.*-double|warmup-nbrc|vaa-lstm|measure|warmup-adam)\.json$/

/** Each of their claims asks several engines, each of which builds graphs for seconds. */
const MANY_ENGINES: ReadonlySet<string> = new Set(['replicas', 'resuming', 'failures'])

const GOLDEN = new URL('../../../golden/', import.meta.url)
const recorded = new Map(
  readdirSync(GOLDEN)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file, readFileSync(new URL(file, GOLDEN), 'utf8')]),
)

describeUnless(TENSORFLOW_LACK)('operation by operation', () => {
  const cases = new Map([...recorded].filter(([file]) => isWhole || FEW.test(file)))
  const asked = [...conformanceChecks(isWhole ? WHOLE : SHORT)].filter(([topic]) => isWhole || !MANY_ENGINES.has(topic))
  const topics = new Map([...asked, ['recorded', goldenChecks(cases)] as const])
  describeClaims(() => libraryBackend({ isCompiled: false }), topics)
})

const COMPILED = ['train-lstm-double.json', 'train-nbrc.json', 'warmup-gru-double.json', 'vaa-mgu.json']

describeUnless(TENSORFLOW_LACK)('compiled by XLA', () => {
  const checks = goldenChecks(new Map(COMPILED.map((name) => [name, recorded.get(name)!])))
  describeClaims(() => libraryBackend({ isCompiled: true }), new Map([['recorded', checks]]))
})
