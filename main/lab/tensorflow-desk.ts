/**
 * TensorFlow on this machine, as the windows see it: what is set up, how far a set-up has come, how it has failed. Set-ups and removals are
 * main/setup/tensorflow's; here is one at a time, told to every window, and ended with the lab.
 */
import { LabError } from '../../shared/errors/errors.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import {
  TENSORFLOW_FLAVOURS,
  type TensorflowChoice,
  type TensorflowFlavour,
  type TensorflowProgress,
  type TensorflowView,
} from '../../shared/protocol/tensorflow.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { findInstallation } from '../engine/tensorflow/installation.ts'
import { defaultFlavour } from '../setup/tensorflow/default-flavour.ts'
import { downloadBytes, keptBytes } from '../setup/tensorflow/recipe.ts'
import { removeTensorflow, setUpTensorflow } from '../setup/tensorflow/set-up.ts'
import type { StartTrial } from '../setup/tensorflow/trial.ts'

const TELL_EVERY_MS = 250

export class TensorflowDesk {
  readonly #cache: string
  readonly #startTrial: StartTrial | undefined
  readonly #tell: (event: LabEvent) => void
  #view: TensorflowView = { choices: choices(), installation: null, progress: null, failure: null }
  #work: { readonly cancelling: AbortController; readonly done: Promise<void> } | null = null
  #toldAtMs = 0

  /**
   * @param cache where it is set up
   * @param startTrial undefined: as a child process of Node
   */
  constructor(cache: string, startTrial: StartTrial | undefined, tell: (event: LabEvent) => void) {
    this.#cache = cache
    this.#startTrial = startTrial
    this.#tell = tell
  }

  /** A command line may have set it up or removed it since it was last asked. */
  async read(): Promise<TensorflowView> {
    const installation = await findInstallation(this.#cache)
    if (installation?.flavour !== this.#view.installation?.flavour) this.#change({ installation })
    return this.#view
  }

  /** As it was last read. */
  get known(): TensorflowView {
    return this.#view
  }

  /** Begins; how it goes on is told by events. @throws LabError `setup` while another one is at it */
  setUp(flavour: TensorflowFlavour): void {
    this.#begin(async (signal) => {
      this.#change({ progress: { flavour, step: 'check', doneBytes: null, totalBytes: null, elapsedMs: 0 } })
      const request = { flavour, cache: this.#cache, tell: (told: TensorflowProgress) => this.#hear(told), signal }
      await setUpTensorflow({ ...request, ...(this.#startTrial && { startTrial: this.#startTrial }) })
    })
  }

  cancel(): void {
    this.#work?.cancelling.abort()
  }

  /** @throws LabError `setup` while it is being set up */
  async remove(): Promise<void> {
    await this.#begin(async () => void (await removeTensorflow(this.#cache)))
  }

  /** Cancels, and waits until nothing is at it any more. */
  async close(): Promise<void> {
    this.cancel()
    await this.#work?.done
  }

  /** @returns when it has ended, however: what has failed is in the view */
  #begin(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#work !== null)
      throw new LabError('setup', 'TensorFlow is being set up or removed already.', {
        where: 'tensorflow',
        remedy: 'Wait until that is done, or cancel it.',
      })
    const cancelling = new AbortController()
    this.#change({ failure: null })
    const done = act(cancelling.signal)
      .catch((error: unknown) => {
        const isCancelled = error instanceof LabError && error.code === 'interrupted'
        if (!isCancelled) this.#change({ failure: toWireError(error) })
      })
      .then(async () => {
        this.#work = null
        this.#change({ progress: null, installation: await findInstallation(this.#cache) })
      })
    this.#work = { cancelling, done }
    return done
  }

  #hear(progress: TensorflowProgress): void {
    const isNewStep = progress.step !== this.#view.progress?.step
    const now = performance.now()
    if (!isNewStep && now - this.#toldAtMs < TELL_EVERY_MS) return
    this.#toldAtMs = now
    this.#change({ progress })
  }

  #change(change: Partial<TensorflowView>): void {
    this.#view = { ...this.#view, ...change }
    this.#tell({ type: 'tensorflow', tensorflow: this.#view })
  }
}

function choices(): TensorflowChoice[] {
  const first = defaultFlavour()
  return [first, ...TENSORFLOW_FLAVOURS.filter((flavour) => flavour !== first)].map((flavour) => ({
    flavour,
    downloadBytes: downloadBytes(flavour),
    keptBytes: keptBytes(flavour),
  }))
}
