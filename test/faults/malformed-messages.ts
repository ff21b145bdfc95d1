/**
 * Messages that are none: frames that a window of ours would never send, each kind with what the lab must do about it. Draws enter, so that
 * no two of a kind are the same; what the lab did leaves as a word.
 */
import type { RandomStream } from '../../shared/numerics/random.ts'
import { bearer, BINARY, CLOSE, frame, RawConnection, serverFrames, TEXT, upgradeText, type Door } from './door.ts'

export interface MalformedKind {
  readonly name: string
  /** `closed CODE`, or `error CODE` as the answer of a socket that stays open. */
  readonly expected: string
  /** Frames. */
  readonly make: (random: RandomStream) => Buffer
}

const NO_COMMAND = 'closed 1008'
const json = (value: unknown): Buffer => frame(TEXT, Buffer.from(JSON.stringify(value)))
const command = (name: unknown, payload: unknown): Buffer => json({ kind: 'command', id: 7, name, payload })
const pick = <Item>(random: RandomStream, items: readonly Item[]): Item => items[random.integer(items.length)]!
const noise = (random: RandomStream, most: number): Buffer =>
  Buffer.from(Array.from({ length: 1 + random.integer(most) }, () => random.integer(256)))
const letters = (random: RandomStream, most: number): string =>
  Array.from({ length: 1 + random.integer(most) }, () => String.fromCharCode(97 + random.integer(26))).join('')
const nested = (levels: number, inmost = '1'): string => `${'['.repeat(levels)}${inmost}${']'.repeat(levels)}`
const NO_VALUES = [null, true, 0, -1, 1.5, 1e300, '', 'no', [], [[]], {}, { a: 1 }]

export const MALFORMED_KINDS: readonly MalformedKind[] = [
  {
    name: 'text that is no JSON',
    expected: NO_COMMAND,
    make: (random) => frame(TEXT, Buffer.from(`{${letters(random, 200)}`)),
  },
  { name: 'an empty message', expected: NO_COMMAND, make: () => frame(TEXT, Buffer.alloc(0)) },
  { name: 'JSON that is no envelope', expected: NO_COMMAND, make: (random) => json(pick(random, NO_VALUES)) },
  {
    name: 'an envelope with a field of another type',
    expected: NO_COMMAND,
    make: (random) =>
      json({
        kind: 'command',
        id: 1,
        name: 'presets.list',
        payload: {},
        [pick(random, ['kind', 'id', 'name', letters(random, 8)])]: pick(random, [null, -1, 1.5, [], {}, ['command']]),
      }),
  },
  {
    name: 'an envelope that is cut off',
    expected: NO_COMMAND,
    make: (random) =>
      frame(
        TEXT,
        Buffer.from('{"kind":"command","id":1,"name":"presets.list","payload":{}}').subarray(0, 1 + random.integer(58)),
      ),
  },
  {
    name: 'a name as long as a book',
    expected: NO_COMMAND,
    make: (random) => command('n'.repeat(100_000 + random.integer(100_000)), {}),
  },
  { name: 'a command as bytes', expected: NO_COMMAND, make: (random) => frame(BINARY, noise(random, 300)) },
  {
    name: 'nested as deep as a message is long',
    expected: NO_COMMAND,
    make: (random) => frame(TEXT, Buffer.from(nested(10_000 + random.integer(50_000)))),
  },
  {
    name: 'an unknown command',
    expected: 'error protocol',
    make: (random) => command(pick(random, [letters(random, 40), '__proto__', 'constructor', 'toString', '']), {}),
  },
  {
    name: 'a payload of another shape',
    expected: 'error protocol',
    make: (random) =>
      command(
        pick(random, ['run.read', 'run.pause', 'run.metrics', 'run.query', 'cell.check', 'data-file.begin']),
        pick(
          random,
          [...NO_VALUES, { runId: 5 }, { runId: '' }].filter((value) => JSON.stringify(value) !== '{}'),
        ),
      ),
  },
  {
    name: 'a payload nested 10,000 deep',
    expected: 'error protocol',
    make: (random) =>
      frame(
        TEXT,
        Buffer.from(
          `{"kind":"command","id":7,"name":"${pick(random, ['config.resolve', 'run.start', 'dataset.preview', 'presets.list'])}","payload":{"config":${nested(10_000 + random.integer(1000))}}}`,
        ),
      ),
  },
  {
    name: 'objects nested 10,000 deep',
    expected: 'error protocol',
    make: () =>
      frame(
        TEXT,
        Buffer.from(
          `{"kind":"command","id":7,"name":"presets.save","payload":${'{"config":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
        ),
      ),
  },
  {
    name: 'a huge string',
    expected: 'error protocol',
    make: (random) => command('run.read', { runId: 'x'.repeat(200_000 + random.integer(200_000)) }),
  },
  {
    name: 'a run that is a path',
    expected: 'error usage',
    make: (random) => command('run.read', { runId: `../${letters(random, 20)}` }),
  },
  {
    name: 'text that is not UTF-8',
    expected: 'closed 1007',
    make: (random) => frame(TEXT, Buffer.concat([noise(random, 50), Buffer.from([0xff, 0xc0])])),
  },
  {
    name: 'a frame of no known kind',
    expected: 'closed 1002',
    make: (random) => frame(pick(random, [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), noise(random, 50)),
  },
  { name: 'a part of no message', expected: 'closed 1002', make: (random) => frame(0, noise(random, 50)) },
  { name: 'a frame without a mask', expected: 'closed 1002', make: () => Buffer.from([0x81, 2, 0x7b, 0x7d]) },
  {
    name: 'a frame with reserved bits',
    expected: 'closed 1002',
    make: (random) => Buffer.from([0x81 | ((1 + random.integer(7)) << 4), 0x80, 0, 0, 0, 0]),
  },
  { name: 'a long control frame', expected: 'closed 1002', make: () => frame(9, Buffer.alloc(126)) },
  {
    name: 'a message that is announced too long',
    expected: 'closed 1009',
    make: () => frame(TEXT, Buffer.alloc(0x10000)).fill(0x7f, 2, 3),
  },
  {
    name: 'parts that come to too much',
    expected: 'closed 1009',
    make: () => Buffer.concat([frame(TEXT, Buffer.alloc(3 << 20, 0x20), false), frame(0, Buffer.alloc(2 << 20, 0x20))]),
  },
]

/** A socket is opened, sends it, and is closed. @returns what the lab did: a word as `expected`, or `reset` */
export async function sendMalformed(door: Door, frames: Buffer): Promise<string> {
  const connection = await RawConnection.open(door)
  await connection.write(Buffer.concat([Buffer.from(upgradeText(door, [bearer(door)])), frames]))
  let outcome: string | null = null
  await connection.until((received) => {
    outcome = outcomeOf(received)
    return outcome !== null
  })
  await connection.reset()
  return outcome ?? 'reset'
}

function outcomeOf(received: Buffer): string | null {
  for (const { opcode, payload } of serverFrames(received)) {
    if (opcode === CLOSE) return `closed ${payload.readUInt16BE(0)}`
    if (opcode !== TEXT) continue
    const message = JSON.parse(payload.toString('utf8')) as { kind: string; error?: { code: string } }
    if (message.kind === 'error') return `error ${message.error!.code}`
    if (message.kind === 'result') return 'result'
  }
  return null
}
