/** Tags as they are typed: whole or not at all, never cut. */
import { expect, it } from 'vitest'
import { typedTags } from '../../../../renderer/words/typed-tags.ts'
import { annotationsChangeSchema, LONGEST_TAG } from '../../../../shared/runs/annotations.ts'

it('are parted by commas, and those that the lab would not take are told', () => {
  expect(typedTags(' paper, long memory ,, ')).toEqual({ tags: ['paper', 'long memory'], tooLong: [] })
  // Characters that take two places in a string are one, here as in the lab.
  for (const character of ['a', '🧠']) {
    const longest = character.repeat(LONGEST_TAG)
    const longer = character.repeat(LONGEST_TAG + 1)
    expect(typedTags(`${longest}, ${longer}`)).toEqual({ tags: [longest, longer], tooLong: [longer] })
    expect(annotationsChangeSchema.safeParse({ addTags: [longest] }).success).toBe(true)
    expect(annotationsChangeSchema.safeParse({ addTags: [longer] }).success).toBe(false)
  }
})
