/** What is wrong with a definition, in the language of the screens: a mistake of the lab's enters, the sentence that is shown leaves. */
import { afterEach, describe, expect, it } from 'vitest'
import { checkSweep } from '../../../../main/lab/designs/check-sweep.ts'
import { formatLanguage } from '../../../../renderer/words/format.ts'
import { mistakeAtPlace, mistakeText } from '../../../../renderer/words/mistake-text.ts'
import { createMessages } from '../../../../renderer/locales/messages.ts'
import type { ExperimentConfig } from '../../../../shared/experiments/config.ts'
import { findForkMistakes } from '../../../../shared/experiments/fork.ts'
import { parseConfig } from '../../../../shared/experiments/read-config.ts'
import { toWireError } from '../../../../shared/errors/wire-error.ts'

function mistakeIn(language: 'en' | 'fr', grid: Record<string, unknown[]>): string {
  const { t, te, locale } = createMessages().global
  locale.value = language
  formatLanguage.value = language
  const checked = checkSweep({ preset: 'quick', grid })
  return checked.ok ? 'none' : mistakeAtPlace(checked.error, t, te)
}

afterEach(() => {
  formatLanguage.value = 'en-US'
})

describe('a mistake in a point of a sweep', () => {
  it('is told in the language of the screens, at its point and field', () => {
    expect(mistakeIn('fr', { 'training.batch': ['abc'] })).toBe(
      'point 1 (training.batch=abc), training.batch : Ce n’est pas un nombre.',
    )
    expect(mistakeIn('fr', { 'training.nope': [1] })).toBe(
      'point 1 (training.nope=1), training : Il n’y a pas de champ `nope` ici.',
    )
    expect(mistakeIn('en', { 'training.batch': ['abc'] })).toBe(
      'point 1 (training.batch=abc), training.batch: This is not a number.',
    )
  })

  it('names what an axis without a value lacks, and no other part of a definition', () => {
    const checked = checkSweep({ preset: 'quick', grid: { 'training.batch': [] } })
    expect(checked).toMatchObject({ ok: false, error: { summary: 'This is empty.', expected: 'one value at least' } })
    expect(mistakeIn('fr', { 'training.batch': [] })).toBe('grid.training.batch : C’est vide.')
  })

  it('is the lab’s whole sentence where the screens have no words for it', () => {
    expect(mistakeIn('fr', { 'training..batch': [1] })).toContain('An axis of the sweep is wrong.')
  })
})

describe('what a fork may not change', () => {
  const original = parseConfig(
    { dataset: { kind: 'copy-first-input', steps: 20 }, layers: [{ cell: 'gru', units: 8 }], strategies: ['none'] },
    'test',
  )
  const point = { phase: 'training', step: 60, warmupRound: 0, warmupStep: 0, bestLoss: [0.25] } as const
  const told = (changes: Partial<ExperimentConfig>, trainingSteps = 100): string[] => {
    const { t, te, locale } = createMessages().global
    locale.value = 'fr'
    formatLanguage.value = 'fr'
    return findForkMistakes(original, { ...original, ...changes }, point, trainingSteps, 'test').map(({ error }) =>
      mistakeText(toWireError(error), t, te),
    )
  }

  it('is told in the language of the screens', () => {
    expect(told({ seeds: [0] })).toEqual([
      'Une bifurcation garde les graines de son essai : [0,1,2]. Remettez-les, ou lancez un essai à part.',
    ])
    expect(told({}, 60)).toEqual([
      'Le point de reprise a déjà fait ces pas d’entraînement : plus de 60 pas, ou bifurquez d’un point antérieur.',
    ])
    expect(told({ training: { ...original.training, stopAtLoss: 0.5 } })).toEqual([
      'Chaque graine a déjà atteint cette perte de validation : moins de 0,25, ou aucune, ou bifurquez d’un point antérieur.',
    ])
    expect(told({ warmup: { ...original.warmup, steps: 7 }, cells: { own: 'cell own' } })).toEqual([
      expect.stringContaining('qui ne vont qu’à ses cellules'),
      expect.stringContaining('l’échauffement est fini'),
    ])
  })
})
