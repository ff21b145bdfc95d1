/**
 * Sessions on TensorFlow's library: a SavedModel's bytes enter, its signatures can be run. The library reads models from folders only, so one is
 * written for the moment of its opening.
 */
import type { Tensor } from '@tensorflow/tfjs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { LabError } from '../../../shared/errors/errors.ts'
import {
  savedModelBytes,
  SERVING_TAG,
  type SavedModelMessage,
} from '../../../shared/backends/tensorflow/graph/messages.ts'
import type { Feed, FetchedTensor, GraphSession } from '../../../shared/backends/tensorflow/graph-session.ts'
import type { Tensorflow } from './load.ts'

/** What is used of @tensorflow/tfjs-node-gpu. Its own `loadSavedModel` would read the whole model in JavaScript for each signature; they are known here. */
export type TensorflowLibrary = Pick<Tensorflow, 'tensor' | 'slice' | 'backend'>

interface ModelRunner {
  /** @returns the session's number */
  loadSavedModelMetaGraph(folder: string, tags: string): number
  runSavedModel(
    session: number,
    inputs: readonly Tensor[],
    infos: readonly { readonly name: string; readonly tfDtype: string }[],
    outputs: readonly string[],
  ): Tensor[]
  deleteSavedModel(session: number): void
}

export async function openSavedModel(library: TensorflowLibrary, model: SavedModelMessage): Promise<GraphSession> {
  const folder = await mkdtemp(path.join(tmpdir(), 'warmup-lab-graph-'))
  try {
    await writeFile(path.join(folder, 'saved_model.pb'), savedModelBytes(model))
    return new SavedModelSession(library, folder, model.signatures)
  } finally {
    await rm(folder, { recursive: true, force: true }) // it is read when the session is opened, and never again
  }
}

class Fetched implements FetchedTensor {
  readonly shape: readonly number[]
  readonly tensor: Tensor
  readonly #library: TensorflowLibrary

  constructor(library: TensorflowLibrary, tensor: Tensor) {
    this.#library = library
    this.tensor = tensor
    this.shape = tensor.shape
  }

  read(): Float32Array {
    return Float32Array.from(this.tensor.dataSync())
  }

  readEntry(place: number): Float32Array {
    const rest = this.shape.slice(1)
    const entry = this.#library.slice(this.tensor, [place, ...rest.map(() => 0)], [1, ...rest])
    try {
      return Float32Array.from(entry.dataSync())
    } finally {
      entry.dispose()
    }
  }

  dispose(): void {
    this.tensor.dispose()
  }
}

const LIBRARY_TYPES = {
  float: ['float32', 'DT_FLOAT'],
  int32: ['int32', 'DT_INT32'],
  bool: ['bool', 'DT_BOOL'],
} as const

class SavedModelSession implements GraphSession {
  readonly #library: TensorflowLibrary
  readonly #runner: ModelRunner
  readonly #session: number
  readonly #signatures: SavedModelMessage['signatures']
  #isClosed = false

  constructor(library: TensorflowLibrary, folder: string, signatures: SavedModelMessage['signatures']) {
    this.#library = library
    this.#runner = library.backend() as unknown as ModelRunner
    this.#session = this.#runner.loadSavedModelMetaGraph(folder, SERVING_TAG)
    this.#signatures = signatures
  }

  /** @throws LabError `device-memory` or `backend`: what TensorFlow says */
  async run(signature: string, feeds: Readonly<Record<string, Feed>>): Promise<Record<string, FetchedTensor>> {
    if (this.#isClosed) throw new LabError('internal', 'The engine was asked for something after its end.')
    const { inputs, outputs } = this.#signatures[signature]!
    const made: Tensor[] = []
    try {
      const tensors = Object.keys(inputs).map((name) => {
        const feed = feeds[name]
        if (feed instanceof Fetched) return feed.tensor
        if (feed === undefined || !('type' in feed)) throw new TypeError(`${signature} is not given its ${name}`)
        const tensor = this.#library.tensor(feed.data, [...feed.shape], LIBRARY_TYPES[feed.type][0])
        made.push(tensor)
        return tensor
      })
      const infos = Object.values(inputs).map(({ tensor, type }) => ({
        name: tensor,
        tfDtype: type in LIBRARY_TYPES ? LIBRARY_TYPES[type as keyof typeof LIBRARY_TYPES][1] : type,
      }))
      const names = Object.values(outputs).map(({ tensor }) => tensor)
      const results = this.#runner.runSavedModel(this.#session, tensors, infos, names)
      return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, new Fetched(this.#library, results[i]!)]))
    } catch (error) {
      throw failure(signature, error)
    } finally {
      for (const tensor of made) tensor.dispose()
    }
  }

  async dispose(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#runner.deleteSavedModel(this.#session)
  }
}

/** As TensorFlow says it when a device's memory, or this machine's, does not suffice. */
const MEMORY_WORDS = /RESOURCE_EXHAUSTED|OOM when allocating|out of memory/i

/** What the library says is long, and about itself: its first line tells what it is about. */
function failure(signature: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError) return error
  const found = error.message.split('\n')[0]!
  return MEMORY_WORDS.test(error.message)
    ? new LabError('device-memory', 'TensorFlow has not enough memory.', {
        where: signature,
        found,
        remedy: 'Take fewer series a batch, or fewer seeds at a time.',
        cause: error,
      })
    : new LabError('backend', 'TensorFlow could not compute this.', {
        where: signature,
        found,
        remedy: 'Set TensorFlow up anew with `lab setup tensorflow`, or take another engine.',
        cause: error,
      })
}
