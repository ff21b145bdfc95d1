/** The last part of `npm run pictures`: writes the words of what was recorded into the README. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { withCaptions } from './captions.ts'
import { readRecorded } from './recorded.ts'

const readme = path.join(import.meta.dirname, '..', '..', 'README.md')
writeFileSync(readme, withCaptions(readFileSync(readme, 'utf8'), readRecorded()))
process.stdout.write('README.md\n')
