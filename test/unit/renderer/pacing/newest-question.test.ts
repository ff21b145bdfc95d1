/** Questions of a form that is typed in, over which the lab takes as long as it likes. */
import { expect, it } from 'vitest'
import { newestQuestion } from '../../../../renderer/pacing/newest-question.ts'

/** Questions by letters, each under way until it is answered. */
function makeForm() {
  const ask = newestQuestion()
  const begun: string[] = []
  const told: string[] = []
  const answers = new Map<string, () => void>()
  return {
    begun,
    told,
    type: (name: string): void =>
      ask(async (isNewest) => {
        begun.push(name)
        await new Promise<void>((resolve) => answers.set(name, resolve))
        if (isNewest()) told.push(name)
      }),
    answer: async (name: string): Promise<void> => {
      answers.get(name)!()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

it('one that takes long holds up neither the next nor the newest', async () => {
  const { type, answer, begun, told } = makeForm()
  for (const name of 'abcde') type(name)
  expect(begun).toEqual(['a', 'b'])
  await answer('b')
  expect(begun).toEqual(['a', 'b', 'e'])
  await answer('e')
  await answer('a')
  expect(told).toEqual(['e'])
})

it('an answer counts as long as nothing else was asked', async () => {
  const { type, answer, told } = makeForm()
  type('a')
  await answer('a')
  type('b')
  type('c')
  await answer('c')
  await answer('b')
  expect(told).toEqual(['a', 'c'])
})
