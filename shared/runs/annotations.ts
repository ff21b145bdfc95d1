/**
 * What a user notes about a run, `annotations.json` beside `run.json`: tags, notes, a star, whether it is put away. The schema with its
 * defaults; the trainer never writes it, so a run can be annotated while it is trained.
 */
import { z } from 'zod'

export const LONGEST_TAG = 40
export const MOST_TAGS = 32
export const LONGEST_NOTES = 20_000

/** Trimmed, on one line, without the comma that parts tags where they are typed. */
export const tagSchema = z
  .string()
  .trim()
  .regex(/^[^,\p{Cc}]{1,40}$/u, 'A tag has 1 to 40 characters and no comma')

export const annotationsSchema = z.object({
  tags: z.array(tagSchema).max(MOST_TAGS).default([]),
  notes: z.string().max(LONGEST_NOTES).default(''),
  isStarred: z.boolean().default(false),
  isArchived: z.boolean().default(false),
})

export type RunAnnotations = Readonly<z.output<typeof annotationsSchema>>

export const NO_ANNOTATIONS: RunAnnotations = { tags: [], notes: '', isStarred: false, isArchived: false }

/** What a command changes, in any number of runs at once. */
export const annotationsChangeSchema = z.strictObject({
  addTags: z.array(tagSchema).max(MOST_TAGS).default([]),
  removeTags: z.array(tagSchema).max(MOST_TAGS).default([]),
  notes: z.string().max(LONGEST_NOTES).optional(),
  isStarred: z.boolean().optional(),
  isArchived: z.boolean().optional(),
})

export type AnnotationsChange = z.output<typeof annotationsChangeSchema>

/** Tags keep their order; one that is there already is not added twice, whatever its case. */
export function applyChange(annotations: RunAnnotations, change: AnnotationsChange): RunAnnotations {
  const removed = new Set(change.removeTags.map(foldTag))
  const tags = annotations.tags.filter((tag) => !removed.has(foldTag(tag)))
  const known = new Set(tags.map(foldTag))
  for (const tag of change.addTags)
    if (!known.has(foldTag(tag))) {
      known.add(foldTag(tag))
      tags.push(tag)
    }
  return {
    tags: tags.slice(0, MOST_TAGS),
    notes: change.notes ?? annotations.notes,
    isStarred: change.isStarred ?? annotations.isStarred,
    isArchived: change.isArchived ?? annotations.isArchived,
  }
}

/** Two tags that fold to the same text are one. */
export function foldTag(tag: string): string {
  return tag.toLowerCase()
}
