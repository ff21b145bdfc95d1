/**
 * The user's own cells: a text and the name that it is called by enter; what is wrong with that name, or with a name inside, leaves. A cell
 * has one name, the one in its text, and shares it with none of the lab's. What recorded runs were trained with is not asked: only designs are.
 */
import { builtInCells } from '../cells/library.ts'
import { checkNames } from '../compiler/names.ts'
import { nameInText, parseCell } from '../compiler/parse.ts'
import { LabError } from '../protocol/errors.ts'
import type { ExperimentConfig, LayerConfig } from './config.ts'

/**
 * @param key the name that the cell is called by
 * @param where for messages
 * @throws LabError `cell-name` when it is another name than the text's, or one of the lab's
 */
export function requireOwnName(key: string, text: string, where: string): void {
  const declared = nameInText(text)
  if (Object.hasOwn(builtInCells, key))
    throw new LabError('cell-name', `\`${key}\` is a cell of the lab, and an own cell cannot take its name.`, {
      where,
      expected: 'a name of its own',
      found: `\`${key}\``,
      remedy: `Call it otherwise, in its text and wherever it is used: \`cell my-${key}\`.`,
    })
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
      requireOwnName(key, text, `${where}, cells.${key}`)
      checkNames(parseCell(text, key), key)
      return []
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      return error.code === 'cell-name' ? [error] : []
    }
  })
}

/** Whether a design means this text by the name in it, under which it has none. */
function isCalledByItsText(text: string, used: ReadonlySet<string>, cells: ExperimentConfig['cells']): boolean {
  const name = nameInText(text)
  return name !== null && used.has(name) && !Object.hasOwn(cells, name) && !Object.hasOwn(builtInCells, name)
}

function cellsOf({ cell, coldCell, parts }: LayerConfig): string[] {
  return parts?.map((part) => part.cell) ?? [cell, coldCell]
}
