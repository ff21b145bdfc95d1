/** All claims about a backend, by topic: whoever has a `Backend` can check it, in any place where it runs. */
import { cellChecks, type CellCounts } from './cells.ts'
import type { Check } from './check.ts'
import { convergenceChecks } from './convergence.ts'
import { failureChecks } from './failures.ts'
import { optimizerChecks } from './optimizers.ts'
import { replicaChecks } from './replicas.ts'
import { resumingChecks } from './resuming.ts'
import { trainingChecks } from './training.ts'
import { warmupChecks } from './warm-up.ts'

/** What a backend that computes fast is asked, and what is enough of one whose every kernel is slow to compile. */
export const WHOLE: CellCounts = { isShort: false, randomCount: 30 }
export const SHORT: CellCounts = { isShort: true, randomCount: 6 }

export const conformanceChecks = (cells: CellCounts): ReadonlyMap<string, readonly Check[]> =>
  new Map([
    ['training', trainingChecks],
    ['optimisers', optimizerChecks],
    ['warm-up', warmupChecks],
    ['convergence', convergenceChecks],
    ['replicas', replicaChecks],
    ['resuming', resumingChecks],
    ['failures', failureChecks],
    ['cells', cellChecks(cells)],
  ])
