/** Which cell of the design is open in the cell's panel, by its place in the network: layers and parts ask for theirs, the panel follows what is chosen there. */
import { inject, provide, ref, type InjectionKey, type Ref } from 'vue'
import type { ExperimentConfig, LayerConfig } from '../../../shared/experiments/config.ts'

/** A layer's cell, the cell of its other part, or that of one of its explicit parts. */
export interface CellPlace {
  readonly layer: number
  readonly of: 'cell' | 'coldCell' | { readonly part: number }
}

export interface OpenCell {
  /** Null: none is. */
  readonly place: Ref<CellPlace | null>
  open(place: CellPlace): void
  close(): void
}

const KEY: InjectionKey<OpenCell> = Symbol('open cell')

export function provideOpenCell(): OpenCell {
  const place = ref<CellPlace | null>(null)
  /** Gets the focus back. */
  let opener: Element | null = null
  const openCell: OpenCell = {
    place,
    open(wanted) {
      opener = document.activeElement
      place.value = wanted
    },
    close() {
      place.value = null
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    },
  }
  provide(KEY, openCell)
  return openCell
}

export const useOpenCell = (): OpenCell => inject(KEY)!

export const isSamePlace = (a: CellPlace | null, b: CellPlace): boolean => JSON.stringify(a) === JSON.stringify(b)

export interface PlacedCell {
  readonly cell: string
  readonly units: number
}

/** @returns null where the design has no such place any more */
export function cellAt({ layers, strategies }: ExperimentConfig, { layer, of }: CellPlace): PlacedCell | null {
  const found = layers[layer]
  if (found === undefined) return null
  if (typeof of === 'object') return found.parts?.[of.part] ?? null
  if (found.parts !== null) return null
  const isSplit = strategies?.includes('double') ?? false
  if (of === 'coldCell') return isSplit ? { cell: found.coldCell, units: found.units - found.warmUnits } : null
  return { cell: found.cell, units: isSplit ? found.warmUnits : found.units }
}

/** Puts another cell there; the other part of a double layer follows as long as it was the same. */
export function chooseCell(layer: LayerConfig, of: CellPlace['of'], cell: string): void {
  if (typeof of === 'object') layer.parts![of.part]!.cell = cell
  else if (of === 'coldCell') layer.coldCell = cell
  else {
    if (layer.coldCell === layer.cell) layer.coldCell = cell
    layer.cell = cell
  }
}
