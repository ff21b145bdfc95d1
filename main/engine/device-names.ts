/** Graphics processors of which a machine has several alike: their maker's name and a number, counted from one, make the name that the lab calls them by, and back. */

export interface DeviceName {
  /** As the driver calls each of them. */
  readonly model: string
  readonly number: number
}

const NUMBERED = /^(.*?)\s*#(\d+)$/

/** `NVIDIA H100`, `NVIDIA H100 #2` */
export function deviceName({ model, number }: DeviceName): string {
  return number === 1 ? model : `${model} #${number}`
}

/** @param text of `deviceName`, or as a user writes it: `H100#2` */
export function readDeviceName(text: string): DeviceName {
  const [, model, digits] = NUMBERED.exec(text) ?? []
  return model === undefined ? { model: text, number: 1 } : { model, number: Number(digits) }
}
