/**
 * What is told of a configuration that goes on all the same: settings that were fitted to the data, and what is missing in it. As data, for
 * screens in any language; `describeRemark` has the words of the log. What finds them is training/fit-to-data.ts.
 */

import { describeRounded, type RoundedNumbers } from '../datasets/rounding.ts'

export type ConfigRemark =
  /** There are no more training series than `used`. */
  | {
      readonly kind: 'batch'
      readonly field: 'warmup.batch' | 'training.batch'
      readonly asked: number
      readonly used: number
    }
  /** The best weights are then the last. */
  | { readonly kind: 'no-validation' }
  /** Of several outputs, those (from 0) whose target never changes. */
  | { readonly kind: 'constant-outputs'; readonly outputs: readonly number[] }
  /** A cell of the configuration whose name the lab has given to one of its own since. */
  | { readonly kind: 'own-cell'; readonly cell: string }
  /** Inputs and targets of the file. */
  | ({ readonly kind: 'rounded' } & RoundedNumbers)

export function describeRemark(remark: ConfigRemark): string {
  switch (remark.kind) {
    case 'batch':
      return `\`${remark.field}\` is ${remark.used} and not ${remark.asked}: there are no more training series.`
    case 'no-validation':
      return 'There is no validation set: the best weights are the last.'
    case 'constant-outputs':
      return `Of output ${remark.outputs.join(', ')} there is nothing to learn: its target is the same in all training series.`
    case 'own-cell':
      return `\`${remark.cell}\` is the cell whose text the configuration has, and not the lab's of the same name.`
    case 'rounded':
      return describeRounded(remark)
  }
}
