/**
 * Gradients, second half: partial sums (outer-product.ts, column-sums.ts) enter, the gradients of the parameters that they belong to are
 * added to. Splits are added in their order, and so are the uses of a parameter that stands in several places of an equation.
 */
import { elementWorkgroups, overElements, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

/** A parameter whose gradient a split of the partial sums holds. Vectors are matrices of one row. */
export interface SummedParameter {
  /** Where it begins in the flat parameters. */
  readonly start: number
  readonly rows: number
  readonly columns: number
  readonly uses: readonly ParameterUse[]
}

export interface ParameterUse {
  /** Where the sums of this use begin in a split. */
  readonly offset: number
  /** They are [columns, rows]. */
  readonly isTransposed: boolean
}

export interface AddedPartials {
  readonly name: string
  readonly parameters: readonly SummedParameter[]
  /** Floats from one split to the next. */
  readonly splitFloats: number
}

/** @returns the kernel for any number of splits; `gradients` are flat, in the order of the parameters */
export function addPartials({
  name,
  parameters,
  splitFloats,
}: AddedPartials): ReplicaKernel<'splits', 'partials' | 'gradients'> {
  let total = 0
  const branches = parameters.map(({ start, rows, columns, uses }) => {
    const first = total
    total += rows * columns
    const place = ({ offset, isTransposed }: ParameterUse): string =>
      isTransposed ? `${offset}u + element % ${columns}u * ${rows}u + element / ${columns}u` : `${offset}u + element`
    return `\
if (e < ${total}u) {
  let element = e - ${first}u;
  gradients[gradients_base + ${start}u + element] += ${uses.map((use) => `added(partials_base + ${place(use)})`).join(' + ')};
}`
  })
  return replicaKernel({
    name,
    fields: { splits: 'u32' },
    buffers: {
      partials: { access: 'read', element: 'f32' },
      gradients: { access: 'read-write', element: 'f32' },
    },
    declarations: `\
fn added(place: u32) -> f32 {
  var sum = 0.0;
  for (var split = 0u; split < call.splits; split++) { sum += partials[place + split * ${splitFloats}u]; }
  return sum;
}`,
    body: overElements(`${total}u`, branches.join(' else ')),
    workgroups: () => elementWorkgroups(total),
  })
}
