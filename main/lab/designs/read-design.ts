/** A design as a window sends it: any JSON enters, a whole configuration leaves, or what is wrong with it. */
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { parseConfig, type ReadOptions } from '../../../shared/experiments/read-config.ts'

/** Where its mistakes are, for messages. */
export const CONFIG_NAME = 'configuration'

/** @throws LabError `config` */
export function readDesign(json: unknown, options?: ReadOptions): ExperimentConfig {
  return parseConfig(json, CONFIG_NAME, options)
}
