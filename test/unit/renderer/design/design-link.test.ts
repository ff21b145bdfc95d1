/** Designs as links: every configuration comes back as it was, and nothing else is taken for one, however it was damaged. */
import { deflateSync } from 'fflate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { designFragment, findFragment, readFragment } from '../../../../renderer/design/design-link.ts'
import { presets } from '../../../../shared/experiments/presets.ts'
import { LabError } from '../../../../shared/errors/errors.ts'

const packedOf = (json: unknown): string => findFragment(`http://127.0.0.1:1234/design${designFragment(json)}`)!

describe('a link to a design', () => {
  it('gives every preset back as it was, in less than 2,000 characters', () => {
    for (const { config } of presets) {
      const packed = packedOf(config)
      expect(readFragment(packed)).toEqual(config)
      expect(packed.length).toBeLessThan(2000)
    }
  })

  it('gives any JSON back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(JSON.stringify(readFragment(packedOf(json)))).toBe(JSON.stringify(json))
      }),
    )
  })

  it('is a LabError with a remedy when it is cut off, changed or none', () => {
    const whole = packedOf(presets[0]!.config)
    const damaged = fc.oneof(
      fc.nat(whole.length - 1).map((length) => whole.slice(0, length)),
      fc.tuple(fc.nat(whole.length - 1), fc.constantFrom('A', 'z', '_', '%', ' ')).map(([at, character]) => {
        return whole.slice(0, at) + character + whole.slice(at + 1)
      }),
      fc.string(),
    )
    fc.assert(
      fc.property(damaged, (packed) => {
        try {
          readFragment(packed)
        } catch (error) {
          expect(error).toBeInstanceOf(LabError)
          expect((error as LabError).detail.remedy).toContain('as it was')
        }
      }),
      { numRuns: 500 },
    )
    for (const cut of ['', whole.slice(0, -8), whole.slice(0, 20)]) expect(() => readFragment(cut)).toThrow(LabError)
  })

  it('is refused when it unpacks to more than a design can be', () => {
    const bomb = Buffer.from(deflateSync(new Uint8Array(64 << 20))).toString('base64url')
    expect(bomb.length).toBeLessThan(200_000)
    expect(() => readFragment(bomb)).toThrow('more than')
  })

  it('is found in an address and in a pasted text, and nowhere else', () => {
    expect(findFragment('see lab://app/design#design=abc_-1 and more')).toBe('abc_-1')
    expect(findFragment('http://127.0.0.1/design?design=abc')).toBeNull()
  })
})
