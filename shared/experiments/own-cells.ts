/**
 * The user's own cells: a text and the name that it is called by enter; what is wrong with that name, or with a name inside, leaves. A cell
 * has one name, the one in its text, and shares it with none of the lab's, save where a design is older than the lab's cell: that is told.
 * What recorded runs were trained with is not asked: only designs are.
 */
import { builtInCells, isGainedCell } from '../cells/library.ts'
import { checkNames } from '../compiler/names.ts'
import { nameInText, parseCell } from '../compiler/parse.ts'
import { LabError } from '../errors/errors.ts'
import type { ExperimentConfig, LayerConfig } from './config.ts'

/**
 * Of a cell that is given now.
 * @param key the name that the cell is called by
 * @param where for messages
 * @throws LabError `cell-name` when it is not the name in the text, or is the name of one of the lab's cells
 */
export function requireOwnName(key: string, text: string, where: string): void {
  requireNoneOfTheLab(key, where)
  requireNameOfText(key, text, where)
}

/** The same of a cell that a design carries; it may have had its name before the lab had a cell of it. */
export function requireNameInDesign(key: string, text: string, where: string): void {
  if (!isGainedCell(key)) requireNoneOfTheLab(key, where)
  requireNameOfText(key, text, where)
}

function requireNoneOfTheLab(key: string, where: string): void {
  if (Object.hasOwn(builtInCells, key))
    throw new LabError('cell-name', `\`${key}\` is a cell of the lab, and an own cell cannot take its name.`, {
      where,
      expected: 'a name of its own',
      found: `\`${key}\``,
      remedy: `Call it otherwise, in its text and wherever it is used: \`cell my-${key}\`.`,
    })
}

function requireNameOfText(key: string, text: string, where: string): void {
  const declared = nameInText(text)
  if (declared !== null && declared !== key)
    throw new LabError('cell-name', `The cell is called \`${declared}\` in its text and \`${key}\` elsewhere.`, {
      where,
      expected: 'the name of its text everywhere',
      found: `\`${key}\``,
      remedy: `Write \`cell ${key}\` in its text, or call it \`${declared}\` wherever it is used.`,
    })
}

/** What is wrong with the own cells that a design uses; what else is wrong with their texts is found when they are compiled. */
export function judgeOwnCells(
  { cells, layers }: Pick<ExperimentConfig, 'cells' | 'layers'>,
  where: string,
): LabError[] {
  const used = new Set(layers.flatMap(cellsOf))
  const called = Object.entries(cells).filter(([key, text]) => used.has(key) || isCalledByItsText(text, used, cells))
  return called.flatMap(([key, text]) => {
    try {
      requireNameInDesign(key, text, `${where}, cells.${key}`)
      checkNames(parseCell(text, key), key)
      return []
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      return error.code === 'cell-name' ? [error] : []
    }
  })
}

/** Own cells that a design uses and that the lab has a cell of the same name beside. */
export function namesSharedWithTheLab({ cells, layers }: Pick<ExperimentConfig, 'cells' | 'layers'>): string[] {
  const used = new Set(layers.flatMap(cellsOf))
  return Object.keys(cells).filter((key) => used.has(key) && Object.hasOwn(builtInCells, key))
}

/** Whether a design means this text by the name in it, under which it has none. */
function isCalledByItsText(text: string, used: ReadonlySet<string>, cells: ExperimentConfig['cells']): boolean {
  const name = nameInText(text)
  return name !== null && used.has(name) && !Object.hasOwn(cells, name) && !Object.hasOwn(builtInCells, name)
}

function cellsOf({ cell, coldCell, parts }: LayerConfig): string[] {
  return parts?.map((part) => part.cell) ?? [cell, coldCell]
}
