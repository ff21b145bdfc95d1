/** How devices and choices of an engine are told. */
import { expect, it } from 'vitest'
import { describeChoice, refusalText, type DeviceReport } from '../../../shared/protocol/devices.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'

const device: DeviceReport = {
  id: 'webgpu',
  backend: 'webgpu',
  name: 'WebGPU',
  kind: 'gpu',
  vendor: null,
  driver: null,
  memoryBytes: null,
  refusal: null,
}

const refusedBy = (where: string): DeviceReport => ({
  ...device,
  refusal: toWireError(new LabError('backend', 'There is no driver.', { where, remedy: 'Install one.' })),
})

it('a refusal does not name the engine that stands beside it', () => {
  expect(refusalText(device)).toBe('')
  expect(refusalText(refusedBy('webgpu'))).toBe('There is no driver. Install one.')
  expect(refusalText(refusedBy('libvulkan.so.1'))).toBe('libvulkan.so.1: There is no driver. Install one.')
})

it('a time that nobody could tell from nothing has no digits', () => {
  const reason = { kind: 'small', stepMs: 0.000151, gpuStepMs: 1.0834 } as const
  expect(describeChoice({ backend: 'wasm', device: 'EPYC', reason })).toBe(
    'The engine is wasm (EPYC): by a rule of thumb a training step takes less than 0.01 ms there, and 1.08 ms on a graphics processor.',
  )
})
