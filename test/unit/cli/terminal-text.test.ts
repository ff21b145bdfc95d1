/** What leaves for the terminal: the text of others moves no cursor, whatever they have put into it. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { showControls } from '../../../main/cli/output.ts'
import { jsonLines, lab, temporaryFolder } from './lab.ts'

const CLEAR = '\u001b[2J\u001b]0;title\u0007\u009b31m'
// eslint-disable-next-line no-control-regex -- what must not leave
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

it('control characters are shown as JSON writes them, line ends and tabs stay', () => {
  expect(showControls('a\tb\nc\rd\u0000\u001b[1m\u007f\u0085ü…')).toBe(
    'a\tb\nc\\u000dd\\u0000\\u001b[1m\\u007f\\u0085ü…',
  )
})

it('a cell that holds escape sequences is shown with them visible', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'cell.txt')
  writeFileSync(file, `cell mine\nsource ${CLEAR}\nh' = tanh(W x) # ${CLEAR}\n`)
  const { code, stdout } = await lab(['cell', file], home)
  expect(code).toBe(0)
  expect(stdout).toContain('\\u001b[2J\\u001b]0;title\\u0007\\u009b31m')
  expect(stdout).not.toMatch(CONTROL)
  const json = await lab(['cell', file, '--json'], home)
  expect(json.stdout).not.toMatch(CONTROL)
  expect(jsonLines(json.stdout)[0]!.source).toBe(CLEAR)
})

it('an error that quotes them shows them too, as a line and as JSON', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'cell.txt')
  writeFileSync(file, "h' = tanh(W x) + \u001b[2J\n")
  const { code, stderr } = await lab(['cell', file], home)
  expect(code).toBe(2)
  expect(stderr).toContain('`\\u001b`')
  expect(stderr).not.toMatch(CONTROL)
  const named = await lab(['compare', `\u009b2J${CLEAR}`, '--json'], home)
  expect(named.code).toBe(2)
  expect(named.stderr).not.toMatch(CONTROL)
})
