/**
 * Connections that are reset, one kind a stage of a request's life: a door enters, nothing leaves but packets. Where a stage waits, it is
 * for what the lab sends, never for time.
 */
import {
  BINARY,
  bearer,
  CLOSE,
  commandFrame,
  frame,
  PING,
  RawConnection,
  requestText,
  serverFrames,
  TEXT,
  upgradeText,
  type Door,
} from './door.ts'

interface ResetStage {
  readonly name: string
  /** Everything that is sent. */
  readonly bytes: (door: Door, largeFile: string) => Buffer
  /** What has come before the reset; the reset follows what was sent at once where it is left out. */
  readonly until?: (received: Buffer) => boolean
  /** Sent after that, just before the reset. */
  readonly last?: (door: Door) => Buffer
}

const answered = (received: Buffer): boolean => received.length > 0
/** The first message of a window. */
const welcomed = (received: Buffer): boolean => serverFrames(received).some(({ opcode }) => opcode === TEXT)
const closing = (received: Buffer): boolean => serverFrames(received).some(({ opcode }) => opcode === CLOSE)
const text = (value: string): Buffer => Buffer.from(value)
const upgrade = (door: Door): Buffer => text(upgradeText(door, [bearer(door)]))
const refusedUpgrade = (door: Door): Buffer => text(upgradeText(door, []))
const closeFrame = (): Buffer => frame(CLOSE, Buffer.from([0x03, 0xe8]))
const message = commandFrame('presets.list', {})

export const RESET_STAGES: readonly ResetStage[] = [
  { name: 'before a byte', bytes: () => Buffer.alloc(0) },
  { name: 'in the request line', bytes: () => text('GET /des') },
  { name: 'in the headers', bytes: (door) => text(requestText(door, '/').slice(0, -12)) },
  { name: 'bytes that are no request', bytes: () => Buffer.from([0x16, 0x03, 0x01, 0, 0xa5, 1, 0, 0, 0xa1, 3, 3]) },
  { name: 'after the headers, before the answer', bytes: (door) => text(requestText(door, '/', [bearer(door)])) },
  { name: 'after a refused request', bytes: (door) => text(requestText(door, '/')) },
  { name: 'in the answer of a refused request', bytes: (door) => text(requestText(door, '/')), until: answered },
  {
    name: 'while a large file is written',
    bytes: (door, largeFile) => text(requestText(door, largeFile, [bearer(door)])),
    until: answered,
  },
  {
    name: 'with more requests behind',
    bytes: (door, largeFile) => text(requestText(door, largeFile, [bearer(door)]).repeat(8)),
    until: answered,
  },
  { name: 'in a body', bytes: (door) => text(`${requestText(door, '/', ['Content-Length: 1000'])}half`) },
  {
    name: 'in a chunked body',
    bytes: (door) => text(`${requestText(door, '/', ['Transfer-Encoding: chunked'])}ff\r\na`),
  },
  {
    name: 'when it may go on',
    bytes: (door) => text(requestText(door, '/', ['Expect: 100-continue', 'Content-Length: 9'])),
    until: answered,
  },
  {
    name: 'in the answer of a sign-in',
    bytes: (door) => text(requestText(door, `/?token=${door.token}`)),
    until: answered,
  },
  { name: 'in the headers of an upgrade', bytes: (door) => upgrade(door).subarray(0, -30) },
  { name: 'after a refused upgrade', bytes: refusedUpgrade },
  {
    name: 'after an upgrade of a foreign page',
    bytes: (door) => text(upgradeText(door, ['Origin: http://evil.example'])),
  },
  { name: 'in the answer of a refused upgrade', bytes: refusedUpgrade, until: answered },
  {
    name: 'after a refused upgrade, with more to say',
    bytes: (door) => Buffer.concat([refusedUpgrade(door), message]),
  },
  {
    name: 'after an upgrade to nothing known',
    bytes: (door) => text(requestText(door, '/', ['Upgrade: h2c', 'Connection: Upgrade'])),
  },
  {
    name: 'after an upgrade with a wrong key',
    bytes: (door) => text(upgradeText(door, [bearer(door)]).replace('dGhl', '')),
  },
  { name: 'after an accepted upgrade', bytes: upgrade },
  { name: 'in the answer of an accepted upgrade', bytes: upgrade, until: answered },
  { name: 'after the snapshot', bytes: upgrade, until: welcomed },
  { name: 'in the header of a frame', bytes: upgrade, until: welcomed, last: () => message.subarray(0, 1) },
  { name: 'in the mask of a frame', bytes: upgrade, until: welcomed, last: () => message.subarray(0, 4) },
  { name: 'in a message', bytes: upgrade, until: welcomed, last: () => message.subarray(0, -5) },
  {
    name: 'between the parts of a message',
    bytes: upgrade,
    until: welcomed,
    last: () => frame(TEXT, text('{"kind":'), false),
  },
  { name: 'after a command, before its answer', bytes: upgrade, until: welcomed, last: () => message },
  {
    name: 'in many answers',
    bytes: (door) => Buffer.concat([upgrade(door), ...Array.from({ length: 20 }, () => message)]),
    until: (received) => serverFrames(received).filter(({ opcode }) => opcode === TEXT).length > 3,
  },
  { name: 'after a ping', bytes: upgrade, until: welcomed, last: () => frame(PING, text('?')) },
  { name: 'in the close handshake that it began', bytes: upgrade, until: welcomed, last: closeFrame },
  {
    name: 'in the close handshake that the lab began',
    bytes: (door) => Buffer.concat([upgrade(door), frame(BINARY, text('?'))]),
    until: closing,
  },
]

/**
 * @param largeFile the path of one that does not fit into the buffers of a connection
 * @param share of the bytes that are sent, where the stage does not wait for an answer to all of them
 */
export async function resetAt(stage: ResetStage, door: Door, largeFile: string, share = 1): Promise<void> {
  const connection = await RawConnection.open(door)
  const bytes = stage.bytes(door, largeFile)
  await connection.write(stage.until ? bytes : bytes.subarray(0, Math.ceil(bytes.length * share)))
  if (stage.until) await connection.until(stage.until)
  if (stage.last) await connection.write(stage.last(door))
  await connection.reset()
}
