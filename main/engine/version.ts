/** The version of the lab, from its package. */
import type { RunRecord } from '../../shared/runs/run.ts'
import manifest from '../../package.json' with { type: 'json' }

export const LAB_VERSION: string = manifest.version

/** As runs keep them. */
export const RUN_VERSIONS: RunRecord['versions'] = { lab: LAB_VERSION, node: process.versions.node }
