/**
 * WebGPU for Node: Dawn's `GPU` object, of the optional package `webgpu`, over this machine's drivers. Works in the main thread and in
 * worker threads. Electron's and the browsers' own WebGPU needs nothing of this.
 */
import { LabError } from '../../../shared/errors/errors.ts'

/** Through a name that no bundler follows: the package may be absent, and Electron's own WebGPU takes its place there. */
const PACKAGE = 'webgpu'
/** RTLD_NOW and RTLD_NODELETE: the loader's and the driver's symbols are there at once and stay. */
const KEPT_LOADED = 0x1002
const VULKAN_LOADER = 'libvulkan.so.1'

export interface DawnOptions {
  /** Linux: Vulkan's loader and what the driver needs, each a library's file or name; default: the system's loader. */
  readonly libraries?: readonly string[]
  /** Linux: the driver's manifest (.json); default: what the system has installed. */
  readonly driverFile?: string
  /** A part of the name of the adapter to take, among several. */
  readonly adapterName?: string
}

/** What is used of the package. */
interface DawnPackage {
  create(flags: readonly string[]): GPU
}

/** By driver and adapter: a `GPU` that nobody holds takes its devices with it. */
const opened = new Map<string, Promise<GPU>>()

/**
 * @returns the same object for the same adapter
 * @throws LabError `backend` when the package, Vulkan's loader or the program under them is missing, and how to get it
 */
export function openDawn(options: DawnOptions = {}): Promise<GPU> {
  if (isElectron()) return Promise.reject(insideElectron())
  const key = [options.driverFile, options.adapterName].join()
  const known = opened.get(key) ?? createGpu(options)
  opened.set(key, known)
  return known
}

/** Of worker threads, too, which do not know its own version. */
function isElectron(): boolean {
  return process.versions.v8.includes('electron')
}

/** Dawn maps memory of its own into JavaScript, at which an Electron since 21 ends the process. */
function insideElectron(): LabError {
  return new LabError('backend', 'WebGPU for Node does not run inside Electron.', {
    where: 'webgpu',
    expected: 'the WebGPU that the desktop brings of its own',
    found: `V8 ${process.versions.v8}`,
  })
}

async function createGpu({ libraries = [VULKAN_LOADER], driverFile, adapterName }: DawnOptions): Promise<GPU> {
  if (process.platform === 'linux') loadLibraries(libraries)
  if (driverFile !== undefined) {
    process.env.VK_DRIVER_FILES = driverFile
    process.env.VK_ICD_FILENAMES = driverFile // as loaders before 1.3.207 call it
  }
  const dawn = await loadPackage()
  return dawn.create([
    ...(adapterName === undefined ? [] : [`adapter=${adapterName}`]),
    'disable-dawn-features=timestamp_quantization', // to 65 µs: longer than most dispatches
  ])
}

async function loadPackage(): Promise<DawnPackage> {
  try {
    return (await import(/* @vite-ignore */ PACKAGE)) as DawnPackage
  } catch (cause) {
    throw new LabError('backend', 'WebGPU for Node cannot be loaded.', {
      where: 'webgpu',
      expected: `the optional package \`${PACKAGE}\` with a program for ${process.platform} ${process.arch}`,
      found: cause instanceof Error ? cause.message.split('\n')[0] : String(cause),
      remedy: 'Install it with `npm install --include=optional`, or use the desktop, which brings WebGPU of its own.',
      cause,
    })
  }
}

/** Opens libraries so that Dawn finds them by name, each after those that it needs. */
function loadLibraries(libraries: readonly string[]): void {
  for (let missing = libraries; missing.length > 0;) {
    const failures = missing.flatMap((library) => {
      const failure = loadLibrary(library)
      return failure === null ? [] : [{ library, failure }]
    })
    if (failures.length === missing.length)
      throw new LabError('backend', 'A library of the graphics driver cannot be loaded.', {
        where: 'webgpu',
        expected: 'Vulkan’s loader and the libraries of the driver',
        found: failures[0]!.failure,
        remedy: 'Debian and Ubuntu: `apt install libvulkan1`, and the driver of the graphics processor.',
      })
    missing = failures.map(({ library }) => library)
  }
}

/** @returns why it is not loaded, or null */
function loadLibrary(library: string): string | null {
  try {
    process.dlopen({ exports: {} }, library, KEPT_LOADED)
  } catch (error) {
    // It is loaded all the same, when all that is wrong with it is to be no addon of Node.
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    return message.includes('did not self-register') ? null : message
  }
  return null
}
