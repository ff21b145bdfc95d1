/** The version of the lab, from its package. */
import manifest from '../../package.json' with { type: 'json' }

export const LAB_VERSION: string = manifest.version
