/** A `GPU` whose devices the test can destroy, as a driver that is reset does. */

export interface DestroyableGpu {
  readonly gpu: GPU
  /** Destroys every device that there is. */
  destroyDevices(): void
}

export function destroyableGpu(original: GPU): DestroyableGpu {
  let devices: GPUDevice[] = []
  const keepDevice = async (device: Promise<GPUDevice>): Promise<GPUDevice> => {
    devices.push(await device)
    return device
  }
  const watch = (adapter: GPUAdapter): GPUAdapter =>
    withMethod(adapter, 'requestDevice', (descriptor) => keepDevice(adapter.requestDevice(descriptor)))
  return {
    gpu: withMethod(original, 'requestAdapter', async (options) => {
      const adapter = await original.requestAdapter(options)
      return adapter && watch(adapter)
    }),
    destroyDevices() {
      for (const device of devices) device.destroy()
      devices = []
    },
  }
}

/** The same object but for one method; native ones bear no other `this`. */
function withMethod<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  method: Target[Name],
): Target {
  return new Proxy(target, {
    get(_, asked) {
      if (asked === name) return method
      const value: unknown = Reflect.get(target, asked)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
