/** What the cells of networks are warned of, each cell once: whoever starts a run shows it before. */
import type { CellWarning } from '../compiler/warnings.ts'
import type { Network } from './network.ts'

export interface WarnedCell {
  readonly cell: string
  readonly warning: CellWarning
}

export function warningsOfCells(networks: Iterable<Network>): WarnedCell[] {
  const cells = new Map(
    [...networks].flatMap(({ wiredLayers }) =>
      wiredLayers.flatMap(({ parts }) => parts.map(({ cell }) => [cell.name, cell] as const)),
    ),
  )
  return [...cells.values()].flatMap(({ name, warnings }) => warnings.map((warning) => ({ cell: name, warning })))
}
