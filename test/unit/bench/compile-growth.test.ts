/** The exponent by which the bench says how the compiler's time grows. */
import { expect, it } from 'vitest'
import { fittedExponent } from '../../bench/compile-growth-case.ts'

it.each([0.5, 1, 2])('times that grow as size^%s are told so', (exponent) => {
  const sizes = [100, 200, 400]
  expect(
    fittedExponent(
      sizes,
      sizes.map((size) => 3 * size ** exponent),
    ),
  ).toBeCloseTo(exponent, 12)
})
