/** Loads a backend by name, on first use, and tells V8 beforehand what the engine profits from. */
import v8 from 'node:v8'
import type { Backend } from '../../shared/backends/backend.ts'
import { LabError } from '../../shared/protocol/errors.ts'

/** The first Node whose V8 joins pairs of 128-bit operations to 256-bit ones correctly. */
const FIRST_NODE_WITH_REVECTORIZE = 24

/**
 * @param name `auto` takes the fastest that works here
 * @throws LabError `backend` for an unknown name
 */
export async function loadBackend(name: string): Promise<Backend> {
  switch (name) {
    case 'reference':
      return (await import('../../shared/backends/reference/reference-backend.ts')).referenceBackend
    case 'auto':
    case 'wasm': {
      const { createWasmBackend, PAIRED_VECTORS_TILE, SINGLE_VECTORS_TILE } =
        await import('../../shared/backends/wasm/wasm-backend.ts')
      const [major] = process.versions.node.split('.').map(Number)
      const pairs = major! >= FIRST_NODE_WITH_REVECTORIZE && process.arch === 'x64'
      // Read by V8 when the next module is compiled; results do not depend on it, as every sum keeps its order.
      if (pairs) v8.setFlagsFromString('--experimental-wasm-revectorize')
      const { startTeam } = await import('./start-team.ts')
      return createWasmBackend({
        tile: pairs ? PAIRED_VECTORS_TILE : SINGLE_VECTORS_TILE,
        team: startTeam(Number(process.env.WL_THREADS ?? 2)),
      })
    }
    default:
      throw new LabError('backend', 'There is no backend of this name.', {
        expected: 'auto, wasm or reference',
        found: name,
      })
  }
}
