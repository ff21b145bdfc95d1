/** Tags as they are typed, parted by commas: a text enters; the tags, and those that are too long to be one, leave. */
import { LONGEST_TAG } from '../../shared/runs/annotations.ts'

export interface TypedTags {
  readonly tags: readonly string[]
  /** Of the tags. */
  readonly tooLong: readonly string[]
}

export function typedTags(text: string): TypedTags {
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  // In characters, as the lab counts them: one beyond 16 bits is one.
  return { tags, tooLong: tags.filter((tag) => [...tag].length > LONGEST_TAG) }
}
