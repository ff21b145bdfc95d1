/** What float32, in which the engines compute, makes of whole numbers: a value enters, whether it stays itself leaves. Of fractions nobody expects it. */

/** Whether it is a whole number that float32 does not hold, such as 16777217, which becomes 16777216. */
export const isWholeAndRounded = (value: number): boolean => Number.isInteger(value) && Math.fround(value) !== value
