/** What a user sets once for all windows: the schema with its defaults. Kept by main/store/settings.ts. */
import { z } from 'zod'

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** A language of the renderer's messages; null: that of the system. */
  locale: z.string().max(20).nullable().default(null),
  /** Whether the first-run tour was seen or put away. */
  tourDone: z.boolean().default(false),
})

export type Settings = z.output<typeof settingsSchema>

/** What a command changes: any of the fields. */
export const settingsChangeSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  locale: z.string().max(20).nullable().optional(),
  tourDone: z.boolean().optional(),
})

export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({})
