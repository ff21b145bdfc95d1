/** From a file or preset and the flags of `lab run` to a resolved configuration. */
import path from 'node:path'
import { compileCell } from '../../shared/compiler/passes.ts'
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { isFieldName, setField, type Json } from '../../shared/experiments/fields.ts'
import { presets } from '../../shared/experiments/presets.ts'
import { parseConfig } from '../../shared/experiments/read-config.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { readCellFile } from './read-cell.ts'
import { readUserText } from './read-user-text.ts'
import { RUN_OPTIONS, valueKind, type RunOption } from './run-options.ts'

export interface LoadedConfig {
  readonly config: ExperimentConfig
  /** Where relative paths of the configuration start. */
  readonly baseFolder: string
}

/** @throws LabError `usage`, `config` */
export async function loadConfig(
  file: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<LoadedConfig> {
  const { json, where, baseFolder } = await readSource(file, options.preset as string | undefined)
  await applyOptions(json, options)
  return { config: parseConfig(json, where), baseFolder }
}

/** Writes the flags of `lab run` into a configuration that has not been parsed yet. @throws LabError `usage` */
export async function applyOptions(json: Json, options: Readonly<Record<string, unknown>>): Promise<void> {
  for (const option of RUN_OPTIONS) {
    const value = options[optionKey(option)]
    if (value === undefined || option.field === '') continue
    if (option.field === 'layers.*.cell') await setCell(json, value as string)
    else setField(json, option.field, readValue(option, value as string), option.flags)
  }
  // A configuration's steps go before epochs; a flag goes before the configuration.
  if (options.epochs !== undefined && options.steps === undefined) setField(json, 'training.steps', null, '--epochs')
  for (const assignment of (options.set as string[] | undefined) ?? []) setAssignment(json, assignment)
}

/** The name under which commander hands over a flag. */
function optionKey({ flags }: RunOption): string {
  return /^--([a-z-]+)/.exec(flags)![1]!.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

async function readSource(
  file: string | undefined,
  preset: string | undefined,
): Promise<{ json: Json; where: string; baseFolder: string }> {
  if ((file === undefined) === (preset === undefined))
    throw new LabError('usage', 'A run starts from a configuration file or from a preset.', {
      expected: 'one of CONFIG and --preset',
      found: file === undefined ? 'neither' : 'both',
      remedy: 'For example `lab run --preset quick`.',
    })
  if (preset !== undefined) {
    const known = presets.find(({ name }) => name === preset)
    if (!known)
      throw new LabError('usage', 'There is no preset of this name.', {
        where: '--preset',
        expected: 'a name that `lab presets` lists',
        found: `\`${preset}\``,
      })
    return { json: structuredClone(known.config) as Json, where: `preset ${preset}`, baseFolder: process.cwd() }
  }
  const text = await readUserText(file!).catch((cause: NodeJS.ErrnoException) => {
    throw new LabError('usage', 'The configuration cannot be read.', {
      where: file!,
      found: cause.code === 'ENOENT' ? 'no such file' : cause.message,
      remedy: 'Check the path; `lab presets NAME` prints one to begin with.',
      cause,
    })
  })
  let json: unknown
  try {
    json = parseJson(text)
  } catch (cause) {
    throw new LabError('config', 'The configuration is not JSON.', {
      where: file!,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Correct it; comments and trailing commas are not JSON.',
      cause,
    })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new LabError('config', 'The configuration is not an object.', {
      where: file!,
      expected: 'a JSON object',
      found: Array.isArray(json) ? 'a list' : String(json),
    })
  return { json: json as Json, where: path.basename(file!), baseFolder: path.dirname(path.resolve(file!)) }
}

function readValue(option: RunOption, text: string): unknown {
  const number = (item: string): number => {
    const value = Number(item)
    if (item.trim() === '' || !Number.isFinite(value))
      throw new LabError('usage', 'This flag takes a number.', {
        where: option.flags,
        expected: 'a number',
        found: `\`${item}\``,
      })
    return value
  }
  switch (valueKind(option)) {
    case 'number':
      return number(text)
    case 'list':
      return text.split(',').map((item) => item.trim())
    case 'text':
      return text
  }
}

/** A name of the lab's own, or a file whose equations become part of the configuration. */
async function setCell(json: Json, nameOrFile: string): Promise<void> {
  if (!/[./\\]/.test(nameOrFile)) {
    setField(json, 'layers.*.cell', nameOrFile, '--cell')
    return
  }
  const { name, text } = await readCellFile(nameOrFile)
  compileCell(text, nameOrFile)
  json.cells = { ...(json.cells as Json | undefined), [name]: text }
  setField(json, 'layers.*.cell', name, '--cell')
}

function setAssignment(json: Json, assignment: string): void {
  const at = assignment.indexOf('=')
  const field = assignment.slice(0, at)
  if (at < 1 || !isFieldName(field))
    throw new LabError('usage', 'An assignment names a field and its value.', {
      where: '--set',
      expected: 'FIELD=JSON, as in training.batch=64',
      found: `\`${assignment}\``,
    })
  let value: unknown
  try {
    value = parseJson(assignment.slice(at + 1))
  } catch {
    throw new LabError('usage', 'The value is not JSON.', {
      where: `--set ${field}`,
      expected: 'JSON; text stands in double quotes',
      found: `\`${assignment.slice(at + 1)}\``,
    })
  }
  setField(json, field, value, '--set')
}
