/** What is no command ends its socket with a code that says so, or is answered with a typed error: never an `internal` one, never silence. */
import { expect, it, vi } from 'vitest'
import { connect } from '../../../main/lab/connection.ts'
import type { Lab } from '../../../main/lab/lab.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import type { LabMessage } from '../../../shared/protocol/messages.ts'
import { BINARY, bearer, commandFrame, frame, RawConnection, serverFrames, upgradeText } from '../../faults/door.ts'
import { MALFORMED_KINDS, sendMalformed } from '../../faults/malformed-messages.ts'
import { ScriptWindow } from '../../faults/script-window.ts'
import { serveHere } from './served-here.ts'

/** A watchdog: a busy machine takes its time for hundreds of connections. */
vi.setConfig({ testTimeout: 300_000 })

const ROUNDS = 8

it('every kind of malformed message is answered as it must, and the windows beside it go on', async () => {
  const { door } = await serveHere()
  const window = await ScriptWindow.open(door)
  const random = new RandomStream(2, 'preview')
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, expected, make } of MALFORMED_KINDS)
      expect(await sendMalformed(door, make(random)), `${name}, round ${round}`).toBe(expected)
  expect(await window.execute('presets.list', {})).not.toEqual([])
})

it('a command after a message that was none is not carried out', async () => {
  const { door, run } = await serveHere()
  const connection = await RawConnection.open(door)
  const change = commandFrame('settings.change', { theme: 'dark' })
  await connection.write(
    Buffer.concat([Buffer.from(upgradeText(door, [bearer(door)])), frame(BINARY, Buffer.from('?')), change]),
  )
  await connection.until((received) => serverFrames(received).some(({ opcode }) => opcode === 8))
  await connection.reset()
  expect((await run('lab.snapshot', {})).settings.theme).not.toBe('dark')
})

it('a result that cannot be put into a message is told as an error', async () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const lab = {
    listenAsWindow: () => () => undefined,
    snapshot: () => null,
    execute: () => Promise.resolve(circular),
  } as unknown as Lab
  const answer = await new Promise<LabMessage>((resolve) => {
    const connection = connect(lab, {
      send: (message) => {
        const sent = JSON.parse(JSON.stringify(message)) as LabMessage
        if (sent.kind !== 'events') resolve(sent)
      },
      isCongested: () => false,
    })
    connection.receive({ kind: 'command', id: 3, name: 'presets.list', payload: {} })
  })
  expect(answer).toMatchObject({ kind: 'error', id: 3, error: { code: 'internal' } })
})

it('two hundred windows are open at once, and each is answered', async () => {
  const { door } = await serveHere()
  const windows = await Promise.all(Array.from({ length: 200 }, () => ScriptWindow.open(door)))
  const answers = await Promise.all(windows.map((window) => window.execute('presets.list', {})))
  expect(answers).toHaveLength(200)
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  await Promise.all(windows.map((window) => window.close()))
})
