/** What the renderer's page may load and run, on every door: its own files and its own socket, nothing else. */

/** @param socketSources where the page may connect to beside its own origin: `ws://127.0.0.1:PORT`; none under Electron */
export function contentSecurityPolicy(socketSources: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...socketSources].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
