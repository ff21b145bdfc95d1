/** Where the screens lead outside of the lab. The desktop opens these in the user's browser, and nothing else. */

export const PAPER_URL = 'https://arxiv.org/abs/2106.01001'

export const EXTERNAL_LINKS: ReadonlySet<string> = new Set([PAPER_URL])
