/**
 * Tiles of products: how much of the result a workgroup makes, and the text that multiplies two slices in workgroup memory. An
 * invocation makes 4 x 4 numbers.
 */
import { indent } from './replica-kernel.ts'

export interface ProductTile {
  /** Rows and columns of the result that a workgroup makes, multiples of 4. */
  readonly rows: number
  readonly columns: number
  /** Summands at a time. */
  readonly depth: number
}

/** 30 to 38 TFLOP/s on an H100, of 51 that cuBLAS reaches in float32; with more than 4 x 4 an invocation spills its registers. */
const LARGE_TILE: ProductTile = { rows: 64, columns: 64, depth: 16 }
/** For results that are smaller than that. */
const SMALL_TILE: ProductTile = { rows: 16, columns: 16, depth: 16 }

/** The tile for a result of this size; Infinity for what is not known. */
export const tileFor = (rows: number, columns: number): ProductTile =>
  Math.min(rows, columns) <= SMALL_TILE.rows ? SMALL_TILE : LARGE_TILE

export const tileInvocations = ({ rows, columns }: ProductTile): number => (rows * columns) / 16

const FOUR = [0, 1, 2, 3] as const

/** Something said four times, for i from 0 to 3: arrays that are indexed at run time would not stay in registers. */
export const fourTimes = (text: (i: number) => string): string => FOUR.map(text).join('\n')

/** `left_tile` and `right_tile`: four rows, and four columns, for each k. One quad too many a row of the left: its columns are written side by side. */
export const declareTiles = ({ rows, columns, depth }: ProductTile): string => `\
var<workgroup> left_tile: array<vec4f, ${depth * (rows / 4 + 1)}>;
var<workgroup> right_tile: array<vec4f, ${(depth * columns) / 4}>;`

/** Where the quad of rows `quad` at k stands in `left_tile`. */
export const leftPlace = ({ rows }: ProductTile, k: string, quad: string): string => `${k} * ${rows / 4 + 1}u + ${quad}`

/**
 * Sums over k of one result tile, in `sum0` to `sum3` (four rows of four columns), by invocation (`tile_row`, `tile_column`).
 * @param steps a loop's head over `first`, the first k of a slice; its bounds are the same for the whole workgroup
 * @param fill statements that put a slice into both tiles
 */
export const sumTiles = (tile: ProductTile, steps: string, fill: string): string =>
  [
    fourTimes((i) => `var sum${i} = vec4f();`),
    `${steps} {`,
    indent(fill),
    '  workgroupBarrier();',
    `  for (var k = 0u; k < ${tile.depth}u; k++) {`,
    `    let left_quad = left_tile[${leftPlace(tile, 'k', 'tile_row')}];`,
    `    let right_quad = right_tile[k * ${tile.columns / 4}u + tile_column];`,
    indent(indent(fourTimes((i) => `sum${i} = fma(vec4f(left_quad[${i}]), right_quad, sum${i});`))),
    '  }',
    '  workgroupBarrier();',
    '}',
  ].join('\n')
