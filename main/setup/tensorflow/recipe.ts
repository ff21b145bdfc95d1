/**
 * What a set-up of TensorFlow is made of: a flavour enters, the wheels to fetch and what of them is kept leaves. The C library in TensorFlow's
 * Python wheel is the only build of it for today's processors and cards; no Python runs in the end.
 */
import manifest from '../../../package.json' with { type: 'json' }
import { LIBRARY_FILES, LIBRARY_FOLDER, TENSORFLOW_PACKAGE } from '../../engine/tensorflow/installation.ts'
import type { TensorflowFlavour } from '../../../shared/protocol/tensorflow.ts'

/** What Node calls the library through; an optional dependency, so that its version stands with the others. */
export const PACKAGE_VERSION: string = manifest.optionalDependencies[TENSORFLOW_PACKAGE]
/** Node-API's headers, against which the package's native half is compiled. */
export const HEADERS_PACKAGE = 'node-api-headers'
export const HEADERS_VERSION = '1.9.0'
export const LIBRARY_VERSION = '2.21.0'

/** In LIBRARY_FOLDER: what the package's native half is compiled against. */
export const INCLUDE_FOLDER = 'include'

/** One wheel, as pip is asked for it. */
export interface Wheel {
  readonly requirement: string
  /** About what it weighs: for the progress, and the space that is needed. */
  readonly downloadBytes: number
  /** Of what is kept of it. */
  readonly keptBytes: number
  /** Of the paths in it (Python's `re.match`): what is kept. */
  readonly kept: string
}

const MB = 1e6

/** The library, and those headers of its C interface that are read: the others are 280 MB. */
const KEPT_OF_TENSORFLOW = [
  ...LIBRARY_FILES,
  ...['tensorflow/c', 'tensorflow/core/platform', 'tsl/platform', 'xla/tsl/c'].map(
    (name) => `${INCLUDE_FOLDER}/${name}/`,
  ),
]
  .map((name) => `${LIBRARY_FOLDER}/${name}`)
  .join('|')

/** Their headers are of no use to anybody here. */
const KEPT_OF_NVIDIA = 'nvidia/[^/]+/(?!include/)'

/** As TensorFlow's own extra `and-cuda` asks for them; the newest of a range is taken. */
const NVIDIA_WHEELS: readonly (readonly [requirement: string, downloadMb: number, keptMb: number])[] = [
  ['nvidia-cublas-cu12>=12.5.3.2,<13', 582, 855],
  ['nvidia-cuda-cupti-cu12>=12.5.82,<13', 11, 42],
  ['nvidia-cuda-nvcc-cu12>=12.5.82,<13', 41, 98],
  ['nvidia-cuda-nvrtc-cu12>=12.5.82,<13', 90, 228],
  ['nvidia-cuda-runtime-cu12>=12.5.82,<13', 4, 6],
  ['nvidia-cudnn-cu12>=9.3.0.75,<10', 717, 1163],
  ['nvidia-cufft-cu12>=11.2.3.61,<12', 201, 294],
  ['nvidia-curand-cu12>=10.3.6.82,<11', 69, 168],
  ['nvidia-cusolver-cu12>=11.6.3.83,<12', 339, 495],
  ['nvidia-cusparse-cu12>=12.5.1.3,<13', 367, 487],
  ['nvidia-nccl-cu12>=2.27.7,<3', 352, 490],
  ['nvidia-nvjitlink-cu12>=12.5.82,<13', 40, 96],
]

export const WHEELS: Readonly<Record<TensorflowFlavour, readonly Wheel[]>> = {
  cpu: [
    {
      requirement: `tensorflow-cpu==${LIBRARY_VERSION}`,
      downloadBytes: 274 * MB,
      keptBytes: 860 * MB,
      kept: KEPT_OF_TENSORFLOW,
    },
  ],
  cuda: [
    {
      requirement: `tensorflow==${LIBRARY_VERSION}`,
      downloadBytes: 573 * MB,
      keptBytes: 1270 * MB,
      kept: KEPT_OF_TENSORFLOW,
    },
    ...NVIDIA_WHEELS.map(([requirement, downloadMb, keptMb]) => ({
      requirement,
      downloadBytes: downloadMb * MB,
      keptBytes: keptMb * MB,
      kept: KEPT_OF_NVIDIA,
    })),
  ],
}

/** What npm's packages take before what nobody reads of them is thrown away. */
const PACKAGE_BYTES = 320 * MB
/** And after. */
const THINNED_PACKAGE_BYTES = 85 * MB

/** What is on the disk at most while it is set up: wheels and what is kept of them, side by side. */
export function neededBytes(flavour: TensorflowFlavour): number {
  return WHEELS[flavour].reduce((sum, { downloadBytes, keptBytes }) => sum + downloadBytes + keptBytes, PACKAGE_BYTES)
}

/** What stays on the disk: the library, and the packages without what nobody reads. */
export function keptBytes(flavour: TensorflowFlavour): number {
  return WHEELS[flavour].reduce((sum, wheel) => sum + wheel.keptBytes, THINNED_PACKAGE_BYTES)
}

export function downloadBytes(flavour: TensorflowFlavour): number {
  return WHEELS[flavour].reduce((sum, wheel) => sum + wheel.downloadBytes, 0)
}
