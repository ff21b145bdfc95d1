/**
 * The webgpu engine on Dawn in Node: golden cases and the conformance suite. Short by default, on SwiftShader, where every kernel takes its time to
 * compile; `npm run test:gpu` runs all of it, on lavapipe too where that can be had.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { verifyCase } from '../../main/engine/verify.ts'
import { createWebGpuBackend, type WebGpuBackend } from '../../shared/backends/webgpu/webgpu-backend.ts'
import { conformanceChecks, SHORT, WHOLE } from '../unit/backends/conformance/checks.ts'
import { describeClaims } from '../unit/backends/conformance/describe-claims.ts'
import { adapterLack, openTestGpu, type TestAdapter } from './adapter.ts'
import { describeUnless } from '../needs.ts'
import { WHOLE_SUITE } from './whole.ts'

const isWhole = process.env[WHOLE_SUITE] === '1'
const ADAPTERS: readonly TestAdapter[] = isWhole ? ['swiftshader', 'lavapipe'] : ['swiftshader']

const folder = new URL('../golden/', import.meta.url)
/** Each cell trained in a double layer, one case of each other kind. */
const FEW = /^(train-.*-double|warmup-nbrc|vaa-lstm|measure|warmup-adam)\.json$/
const goldenCases = readdirSync(folder).filter((file) => (isWhole ? file.endsWith('.json') : FEW.test(file)))

for (const adapter of ADAPTERS)
  describeUnless(adapterLack(adapter))(`on ${adapter}`, () => {
    let backend: WebGpuBackend

    beforeAll(async () => {
      backend = await createWebGpuBackend(await openTestGpu(adapter), { now: () => performance.now() })
    })
    afterAll(() => backend.computeDevice.destroy())

    it.each(goldenCases)('%s agrees with the authors’ code', async (file) => {
      const verdict = await verifyCase(readFileSync(new URL(file, folder), 'utf8'), file, backend)
      expect(verdict, JSON.stringify(verdict.maxError)).toMatchObject({ ok: true, backend: 'webgpu' })
      expect(Object.keys(verdict.maxError).length).toBeGreaterThan(0)
    })

    describeClaims(() => backend, conformanceChecks(isWhole ? WHOLE : SHORT))
  })
