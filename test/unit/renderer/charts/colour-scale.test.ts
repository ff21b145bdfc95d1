/** Colours between two others. */
import { expect, it } from 'vitest'
import { mixColours } from '../../../../renderer/charts/colour-scale.ts'

it.each([
  ['#ffffff', '#000000', 0, '#ffffff'],
  ['#ffffff', '#000000', 1, '#000000'],
  ['#fff', '#036', 1 / 3, '#aabbcc'],
  ['#102030', '#304050', 0.5, '#203040'],
])('%s and %s at %f are %s', (from, to, share, mixed) => expect(mixColours(from, to, share)).toBe(mixed))

it('are refused in another notation', () => {
  for (const colour of ['white', 'rgb(1, 2, 3)', '#12345', ''])
    expect(() => mixColours(colour, '#fff', 0)).toThrow(`"${colour}"`)
})
