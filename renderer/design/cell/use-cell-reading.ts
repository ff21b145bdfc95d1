/** A cell of the design as the compiler reads it, while it is typed: its text enters, what was understood, what is wrong and what it is warned of leave. */
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { builtInCells } from '../../../shared/cells/library.ts'
import type { CellSyntax } from '../../../shared/compiler/ast.ts'
import { parseCell } from '../../../shared/compiler/parse.ts'
import { compileCell, type CellProgram } from '../../../shared/compiler/passes.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { requireNameInDesign } from '../../../shared/experiments/own-cells.ts'
import type { WarnedCell } from '../../../shared/networks/cell-warnings.ts'
import { useDesignStore } from '../../stores/design-store.ts'

export interface UnderstoodCell {
  readonly syntax: CellSyntax
  readonly program: CellProgram
}

export interface CellReading {
  /** Of the user's own; null for the lab's. */
  readonly ownText: ComputedRef<string | null>
  /** Null: there is no such cell. */
  readonly text: ComputedRef<string | null>
  readonly error: ComputedRef<LabError | null>
  readonly warnings: ComputedRef<readonly WarnedCell[]>
  /** What could be read last, so that formulas and parameters do not vanish at every comma. */
  readonly understood: ShallowRef<UnderstoodCell | null>
}

/** @param cell its name */
export function useCellReading(cell: () => string): CellReading {
  const design = useDesignStore()
  const ownText = computed(() => design.config?.cells[cell()] ?? null)
  const text = computed(() => ownText.value ?? builtInCells[cell()] ?? null)

  const reading = computed((): UnderstoodCell | LabError | null => {
    const name = cell()
    if (text.value === null) return null
    try {
      const isRecorded = design.fork !== null
      const program = compileCell(text.value, name, { isRecorded })
      if (ownText.value !== null && !isRecorded) requireNameInDesign(name, text.value, name)
      return { syntax: parseCell(text.value, name), program }
    } catch (error) {
      if (error instanceof LabError) return error
      throw error
    }
  })
  const error = computed(() => (reading.value instanceof LabError ? reading.value : null))
  const warnings = computed((): WarnedCell[] =>
    reading.value === null || reading.value instanceof LabError
      ? []
      : reading.value.program.warnings.map((warning) => ({ cell: cell(), warning })),
  )

  const understood = shallowRef<UnderstoodCell | null>(null)
  watch(
    reading,
    (now) => {
      if (now !== null && !(now instanceof LabError)) understood.value = now
    },
    { immediate: true },
  )
  return { ownText, text, error, warnings, understood }
}
