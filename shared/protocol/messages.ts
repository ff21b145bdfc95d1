/**
 * The envelopes that cross a socket or IPC: commands with a number go in, results with the same number and batches of events come
 * out. What arrives from a window is checked here before anything is done with it.
 */
import { z } from 'zod'
import { COMMAND_PAYLOADS, isCommandName, type CheckedPayload, type CommandName } from './commands.ts'
import { LabError } from '../errors/errors.ts'
import { valueAt, wordsOf } from '../errors/schema-words.ts'
import type { LabEvent } from './events.ts'
import type { WireError } from '../errors/wire-error.ts'
import { MOST_JSON_LEVELS } from '../exchange/parse-json.ts'

/** From a window. */
export interface CommandMessage {
  readonly kind: 'command'
  /** Chosen by the window; the answer carries it. */
  readonly id: number
  readonly name: string
  readonly payload: unknown
}

/** To a window. */
export type LabMessage =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'events'; readonly events: readonly LabEvent[] }

const commandMessage = z.strictObject({
  kind: z.literal('command'),
  id: z.number().int().nonnegative(),
  name: z.string().max(40),
  payload: z.unknown(),
})

/** @throws LabError `protocol` when it is no command's envelope */
export function parseCommandMessage(value: unknown): CommandMessage {
  const parsed = commandMessage.safeParse(value)
  if (parsed.success) return { ...parsed.data, payload: parsed.data.payload }
  throw new LabError('protocol', 'this message is no command.', {
    expected: '{ kind: "command", id, name, payload }',
    found: typeof value,
  })
}

/** A message is told that it is too deep, with its id: parse-json.ts would refuse the text, and the desktop's messages are none. */
function isDeep(payload: unknown): boolean {
  let level = [payload]
  for (let depth = 0; depth <= MOST_JSON_LEVELS; depth++) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
    if (level.length === 0) return false
  }
  return true
}

/** @throws LabError `protocol` for an unknown command and for a payload that is not the command's */
export function checkPayload(
  name: string,
  payload: unknown,
): { name: CommandName; payload: CheckedPayload<CommandName> } {
  if (!isCommandName(name))
    throw new LabError('protocol', 'There is no such command.', {
      where: quote(name),
      remedy: 'Reload the window: it may belong to another version of the lab.',
    })
  if (isDeep(payload))
    throw new LabError('protocol', 'the payload is nested too deeply.', {
      where: name,
      expected: `at most ${MOST_JSON_LEVELS} levels`,
    })
  const parsed = COMMAND_PAYLOADS[name].safeParse(payload)
  if (parsed.success) return { name, payload: parsed.data }
  const issue = parsed.error.issues[0]!
  const path = issue.path.map(String).join('.')
  const { message, expected = 'the payload of the command', fault } = wordsOf(issue, valueAt(payload, issue.path))
  throw new LabError('protocol', message, { where: path === '' ? name : `${name}, ${path}`, expected, fault })
}

function quote(name: string): string {
  return `\`${name.slice(0, 40)}\``
}
