/**
 * The native half of @tensorflow/tfjs-node-gpu, compiled against the library that was fetched. It finds the library by a path from itself, so
 * that the folder can be put in its place by a rename.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import {
  BINDING_FILE,
  LIBRARY_FILES,
  LIBRARY_FOLDER,
  TENSORFLOW_PACKAGE,
} from '../../engine/tensorflow/installation.ts'
import { HEADERS_PACKAGE, INCLUDE_FOLDER } from './recipe.ts'
import { runToEnd } from './run-tool.ts'
import type { StepWork } from './step-work.ts'

const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'] as const

export async function compileBinding({ staging, tools, signal }: StepWork): Promise<void> {
  const sources = path.join('node_modules', TENSORFLOW_PACKAGE, 'binding')
  const includes = [
    path.join('node_modules', HEADERS_PACKAGE, 'include'),
    path.join(LIBRARY_FOLDER, INCLUDE_FOLDER),
    sources,
  ]
  const fromBinding = path.relative(path.dirname(BINDING_FILE), LIBRARY_FOLDER)
  await mkdir(path.join(staging, path.dirname(BINDING_FILE)), { recursive: true })
  await runToEnd(
    'To compile the native half of the package',
    'A compiler that knows C++17 is needed; CXX names another one.',
    tools.compiler,
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', '-w', '-DNAPI_VERSION=8'],
      ...includes.map((folder) => `-I${folder}`),
      ...SOURCES.map((file) => path.join(sources, file)),
      ...[`-L${LIBRARY_FOLDER}`, ...LIBRARY_FILES.map((file) => `-l:${file}`)],
      ...[`-Wl,-rpath,$ORIGIN/${fromBinding}`, '-o', BINDING_FILE],
    ],
    { folder: staging, signal },
  )
}
