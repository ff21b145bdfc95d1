/** The phases of a run, in their order. */
export const PHASES = ['warm-up', 'training', 'test'] as const

export type Phase = (typeof PHASES)[number]

/** Those in which weights change: a checkpoint lies in one of them. */
export type LearningPhase = Exclude<Phase, 'test'>
