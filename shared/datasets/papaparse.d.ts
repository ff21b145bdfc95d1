/**
 * What is used of Papa Parse, which comes without types. Those of the community (`@types/papaparse`) bring Node's and the browser's along,
 * which shared/ is not to know.
 */
declare module 'papaparse' {
  export interface ParseStep {
    /** The cells of one row. */
    readonly data: string[]
    /** `cursor`: where the next row starts in the text. */
    readonly meta: { readonly cursor: number }
  }

  export interface ParseOptions {
    readonly delimiter: string
    readonly newline: '\n'
    /** What comment lines begin with. */
    readonly comments: string
    /** Hears every row, empty ones too, but no comment line. */
    readonly step: (row: ParseStep) => void
  }

  const Papa: { parse(text: string, options: ParseOptions): void }
  export default Papa
}
