/**
 * `lab setup tensorflow`: a flavour enters, an installation in the cache folder leaves, and how far it has come meanwhile. Everything is made in a
 * folder aside, tried there, and put in its place whole by a rename. Cancelled, killed or failed, it leaves what was there before, and goes on
 * with the step it was at the next time. Registries and indices are those that npm and pip are configured for.
 */
import { open, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type {
  TensorflowFlavour,
  TensorflowInstallation,
  TensorflowProgress,
  TensorflowStep,
} from '../../../shared/protocol/tensorflow.ts'
import { TENSORFLOW_STEPS } from '../../../shared/protocol/tensorflow.ts'
import {
  findInstallation,
  installationFolder,
  LIBRARY_FILES,
  LIBRARY_FOLDER,
  RECORD_FILE,
  tensorflowFolder,
  type InstallationRecord,
} from '../../engine/tensorflow/installation.ts'
import { requireUnused } from '../../engine/tensorflow/uses.ts'
import { syncFolder } from '../../store/durable-file.ts'
import { cacheFolder } from '../../store/home.ts'
import { compileBinding } from './compile-binding.ts'
import { fetchWheels } from './fetch-wheels.ts'
import { findTools, type Tools } from './find-tools.ts'
import { explainFolderError } from './folder-errors.ts'
import { installPackage, thinOutPackages } from './install-package.ts'
import { LIBRARY_VERSION, PACKAGE_VERSION } from './recipe.ts'
import { cancelled } from './run-tool.ts'
import { withSetUpLock } from './set-up-lock.ts'
import { bytesUnder, removeNotes, Staging } from './staging.ts'
import { forkTrial, tryTensorflow, type StartTrial } from './trial.ts'
import { removeUnpackingNeeds, unpackWheels } from './unpack-wheels.ts'

export interface SetUpRequest {
  readonly flavour: TensorflowFlavour
  readonly cache?: string
  /** Where processes are started in another way than Node's. */
  readonly startTrial?: StartTrial
  readonly tell: (progress: TensorflowProgress) => void
  readonly signal: AbortSignal
}

/** What a step is given. */
export interface StepWork {
  readonly flavour: TensorflowFlavour
  readonly staging: string
  readonly tools: Tools
  readonly signal: AbortSignal
  /** Of this step. */
  readonly count: (doneBytes: number, totalBytes: number | null) => void
}

export interface SetUpResult {
  readonly installation: TensorflowInstallation
  /** It was there already, and nothing was done. */
  readonly wasThere: boolean
}

/** @throws LabError `setup` with what is missing or has failed, and while a run is trained on the one that is there; `backend` when it does not train here; `interrupted` */
export async function setUpTensorflow(request: SetUpRequest): Promise<SetUpResult> {
  const cache = request.cache ?? cacheFolder()
  const found = await findInstallation(cache)
  if (found !== null && isCurrent(found, request.flavour)) return { installation: found, wasThere: true }
  await requireUnused(cache) // which would be found out again when all is fetched
  try {
    return await withSetUpLock(cache, async () => ({ installation: await build(cache, request), wasThere: false }))
  } catch (error) {
    throw explainFolderError(error, tensorflowFolder(cache))
  }
}

function isCurrent(found: TensorflowInstallation, flavour: TensorflowFlavour): boolean {
  const { libraryVersion, packageVersion } = found
  return found.flavour === flavour && libraryVersion === LIBRARY_VERSION && packageVersion === PACKAGE_VERSION
}

const STEP_WORKS: Readonly<Partial<Record<TensorflowStep, (work: StepWork) => Promise<void>>>> = {
  package: installPackage,
  library: fetchWheels,
  unpack: unpackWheels,
  compile: compileBinding,
}

/** How often the time is told in steps that count nothing. */
const CLOCK_MS = 1000

type Tell = (step: TensorflowStep, doneBytes: number | null, totalBytes: number | null) => void

async function build(cache: string, request: SetUpRequest): Promise<TensorflowInstallation> {
  const { flavour } = request
  const begun = performance.now()
  let last: Omit<TensorflowProgress, 'elapsedMs'> = { flavour, step: 'check', doneBytes: null, totalBytes: null }
  const repeat = (): void => request.tell({ ...last, elapsedMs: performance.now() - begun })
  const tell: Tell = (step, doneBytes, totalBytes) => {
    last = { flavour, step, doneBytes, totalBytes }
    repeat()
  }
  const clock = setInterval(repeat, CLOCK_MS)
  try {
    return await carryOutSteps(cache, request, tell)
  } finally {
    clearInterval(clock)
  }
}

async function carryOutSteps(cache: string, request: SetUpRequest, tell: Tell): Promise<TensorflowInstallation> {
  const { flavour, signal, startTrial = forkTrial } = request
  tell('check', null, null)
  const staging = await Staging.open(cache, flavour)
  const { folder } = staging
  const tools = await findTools(flavour, folder, await bytesUnder(folder), signal)
  for (const step of TENSORFLOW_STEPS) {
    const carryOut = STEP_WORKS[step]
    if (carryOut === undefined || staging.isDone(step)) continue
    if (signal.aborted) throw cancelled()
    tell(step, null, null)
    await carryOut({ flavour, staging: folder, tools, signal, count: (done, total) => tell(step, done, total) })
    await staging.markDone(step)
  }
  tell('trial', null, null)
  const usesGpu = await tryTensorflow(folder, startTrial, signal)
  tell('finish', null, null)
  await Promise.all([removeUnpackingNeeds(folder), thinOutPackages(folder)])
  if (signal.aborted) throw cancelled()
  return putInPlace(cache, folder, {
    flavour,
    libraryVersion: LIBRARY_VERSION,
    packageVersion: PACKAGE_VERSION,
    usesGpu,
    bytes: await bytesUnder(folder),
  })
}

/** What is moved is on the disk before: a power failure leaves the old one or the new one. */
async function putInPlace(cache: string, folder: string, record: InstallationRecord): Promise<TensorflowInstallation> {
  await writeFile(path.join(folder, RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`)
  for (const file of [...LIBRARY_FILES.map((name) => path.join(LIBRARY_FOLDER, name)), RECORD_FILE])
    await syncFile(path.join(folder, file))
  await removeInstallation(cache)
  const place = installationFolder(cache)
  await rename(folder, place)
  await syncFolder(path.dirname(place))
  await removeNotes(place)
  return { ...record, folder: place }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Moved away before it is deleted: there is no time in which it looks whole and lacks files.
 * @throws LabError `setup` while a run is trained on it
 */
async function removeInstallation(cache: string): Promise<void> {
  await requireUnused(cache)
  const removed = `${installationFolder(cache)}.removed`
  await rm(removed, { recursive: true, force: true })
  const isThere = await rename(installationFolder(cache), removed).then(
    () => true,
    () => false,
  )
  if (isThere) await rm(removed, { recursive: true, force: true })
}

/**
 * Whatever was set up, and what cancelled set-ups have left.
 * @returns whether there was anything
 * @throws LabError `setup` while a run is trained on it, or another process is at it
 */
export async function removeTensorflow(cache: string = cacheFolder()): Promise<boolean> {
  const folder = tensorflowFolder(cache)
  if ((await bytesUnder(folder)) === 0) return false
  try {
    await withSetUpLock(cache, async () => {
      await removeInstallation(cache)
      await rm(folder, { recursive: true, force: true })
    })
  } catch (error) {
    throw explainFolderError(error, folder)
  }
  return true
}
