/** Who may speak to the main process: the main frame of a window that shows the app, and nobody else. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFromApp } from '../../../main/electron/sender.ts'

type Spoken = Parameters<typeof isFromApp>[0]

/** A message from a frame at this address. @param isMain whether it is its window's main frame */
function from(url: string, isMain = true): Spoken {
  const senderFrame = { url }
  return { senderFrame, sender: { mainFrame: isMain ? senderFrame : { url: 'lab://app/' } } } as unknown as Spoken
}

describe('a message to the main process', () => {
  it('is heard from the app’s main frame, whichever view it shows', () => {
    for (const path of ['', 'design', 'runs/a%20b?x=1#design=abc'])
      expect(isFromApp(from(`lab://app/${path}`))).toBe(true)
  })

  it('is not heard from a frame within, even one of the app', () => {
    expect(isFromApp(from('lab://app/design', false))).toBe(false)
  })

  it('is not heard from a frame that is gone', () => {
    expect(isFromApp({ senderFrame: null, sender: { mainFrame: null } } as unknown as Spoken)).toBe(false)
  })

  it.each([
    'lab://app',
    'lab://apple/design',
    'lab://app.evil.example/',
    'lab://evil/app/',
    'https://app/',
    'file:///lab://app/',
    'about:blank',
    'data:text/html,lab://app/',
    ' lab://app/',
    'LAB://APP/',
    'http://127.0.0.1/lab://app/',
    '',
  ])('is not heard from %j', (url) => {
    expect(isFromApp(from(url))).toBe(false)
  })

  it('is not heard from any address that does not begin as the app’s do', () => {
    const other = fc.oneof(fc.webUrl(), fc.string()).filter((url) => !url.startsWith('lab://app/'))
    fc.assert(
      fc.property(other, (url) => {
        expect(isFromApp(from(url))).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})
