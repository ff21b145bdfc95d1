/** All that the check does, in its order: what must be right first, then how fast it is. Their limits come to eight minutes. */
import { choicesSection } from './choices.ts'
import { claimsSection, goldenSection } from './claims.ts'
import { factsSection } from './facts.ts'
import { peerSections } from './peers.ts'
import type { Section } from './section.ts'
import { profileSection, stepsSection } from './steps.ts'
import { vaaSection } from './vaa.ts'

export const sections: readonly Section[] = [
  factsSection,
  goldenSection,
  claimsSection,
  stepsSection,
  vaaSection,
  profileSection,
  choicesSection,
  ...peerSections,
]
