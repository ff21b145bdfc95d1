/** What a user sets once for all windows: the schema with its defaults. Kept by main/store/settings.ts. */
import { z } from 'zod'

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** A language of the renderer's messages; null: that of the system. */
  locale: z.string().max(20).nullable().default(null),
  /** Whether the first-run tour was seen or put away. */
  tourDone: z.boolean().default(false),
  /** What becomes of a run when the last window of the desktop is closed. */
  whenClosed: z.enum(['ask', 'train-on', 'pause']).default('ask'),
  /** Whether single keys are shortcuts; those with Ctrl or Command always are. */
  singleKeys: z.boolean().default(true),
})

export type Settings = z.output<typeof settingsSchema>

/** What a command changes: any of the fields. */
export const settingsChangeSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  locale: z.string().max(20).nullable().optional(),
  tourDone: z.boolean().optional(),
  whenClosed: z.enum(['ask', 'train-on', 'pause']).optional(),
  singleKeys: z.boolean().optional(),
})

export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({})
