/** Sums and other folds over a workgroup's invocations, as a tree: the same order whatever the device, and little rounding. */

/**
 * Declares `NAME(lane, value)`, which returns the fold of all invocations' values to each of them. Called by all of them alike.
 * @param size invocations of the workgroup, a power of two
 * @param operator of `a` and `b`
 */
export const declareFold = (name: string, type: 'f32' | 'u32', size: number, operator: string): string => `\
var<workgroup> ${name}_values: array<${type}, ${size}>;
fn ${name}(lane: u32, value: ${type}) -> ${type} {
  workgroupBarrier(); // the last fold's result has been read
  ${name}_values[lane] = value;
  workgroupBarrier();
  for (var half = ${size / 2}u; half > 0u; half /= 2u) {
    if (lane < half) {
      let a = ${name}_values[lane];
      let b = ${name}_values[lane + half];
      ${name}_values[lane] = ${operator};
    }
    workgroupBarrier();
  }
  return ${name}_values[0];
}`

/** Declares `workgroup_sum(lane, value)`. */
export const declareSum = (size: number): string => declareFold('workgroup_sum', 'f32', size, 'a + b')
