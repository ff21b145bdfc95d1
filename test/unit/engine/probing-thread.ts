/** A thread that looks for the webgpu engine's devices, several times at once, and tells what it found. */
import { parentPort, workerData } from 'node:worker_threads'
import { backendEntry } from '../../../main/engine/backends/table.ts'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'

const { probeCount } = workerData as { probeCount: number }
const options = readEngineOptions({}, {})
const probes = Array.from({ length: probeCount }, () => backendEntry('webgpu').probe(options))
parentPort!.postMessage(await Promise.all(probes))
