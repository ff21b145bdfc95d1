/**
 * The table's entry of TensorFlow: its native library, where `lab setup tensorflow` has put it. It is loaded in an executor, a process of its own,
 * which it may take along when it crashes.
 */
import os from 'node:os'
import type { Backend } from '../../../shared/backends/backend.ts'
import { planMemory } from '../../../shared/backends/tensorflow/memory-plan.ts'
import { createTensorflowBackend } from '../../../shared/backends/tensorflow/tensorflow-backend.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { EngineOptions } from '../engine-options.ts'
import { isInExecutor } from '../executor/executor-role.ts'
import { loadRemoteBackend } from '../executor/remote-backend.ts'
import { findInstallation } from '../tensorflow/installation.ts'
import { loadTensorflow, SET_UP_REMEDY } from '../tensorflow/load.ts'
import { openSavedModel } from '../tensorflow/saved-model-session.ts'
import { noteUse } from '../tensorflow/uses.ts'
import { absentReport } from './absent.ts'
import type { BackendEntry } from './backend-entry.ts'
import { processorReport } from './processor.ts'

/** Of the machine's memory: the rest is left to everybody else. */
const USED_SHARE = 0.8

/** By cache folder. */
const loaded = new Map<string, Promise<Backend>>()

export const tensorflowEntry: BackendEntry = {
  name: 'tensorflow',
  precision: 'float32',
  async probe({ cacheFolder }) {
    const installation = await findInstallation(cacheFolder)
    if (installation === null) return [absentReport('tensorflow', 'TensorFlow', notSetUp(cacheFolder))]
    const { flavour, libraryVersion } = installation
    const report = processorReport('tensorflow', null)
    const driver = `TensorFlow ${libraryVersion} (${flavour})`
    return [
      flavour === 'cuda'
        ? { ...report, name: 'TensorFlow', kind: 'gpu', vendor: 'NVIDIA', driver }
        : { ...report, driver },
    ]
  },
  load(options) {
    const known = loaded.get(options.cacheFolder)
    if (known !== undefined) return known
    const loading = isInExecutor() ? loadHere(options) : loadRemoteBackend({ backend: 'tensorflow', options })
    loaded.set(options.cacheFolder, loading)
    loading.catch(() => loaded.delete(options.cacheFolder)) // it may be set up meanwhile
    return loading
  },
  keepFor: (run, { cacheFolder }) => noteUse(cacheFolder, run),
  async planMemory(network, request, { cacheFolder, isMemorySet, memoryBytes }) {
    const installation = await findInstallation(cacheFolder)
    if (installation?.usesGpu) return null // how its allocator shares out a card is not known
    return planMemory(network, request, isMemorySet ? memoryBytes : Math.floor(USED_SHARE * os.totalmem()))
  },
}

async function loadHere({ cacheFolder }: EngineOptions): Promise<Backend> {
  const { tf, usesGpu } = await loadTensorflow(cacheFolder)
  return createTensorflowBackend((model) => openSavedModel(tf, model), {
    isCompiled: true,
    usesCudnn: usesGpu,
  })
}

function notSetUp(cacheFolder: string): LabError {
  return new LabError('backend', 'TensorFlow is not set up on this machine.', {
    where: 'tensorflow',
    expected: `an installation in ${cacheFolder}`,
    found: 'none',
    remedy: SET_UP_REMEDY,
  })
}
