/** Which TensorFlow this machine has use of, where the user does not say. */
import { existsSync } from 'node:fs'
import type { TensorflowFlavour } from '../../../shared/protocol/tensorflow.ts'

/** NVIDIA's driver, as Linux shows it. */
const DRIVER_SIGNS = ['/proc/driver/nvidia/version', '/dev/nvidiactl']

export function defaultFlavour(signs: readonly string[] = DRIVER_SIGNS): TensorflowFlavour {
  return signs.some((file) => existsSync(file)) ? 'cuda' : 'cpu'
}
