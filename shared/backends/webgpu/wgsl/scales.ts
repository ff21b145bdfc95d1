/**
 * Norms of numbers of any size: each is scaled by a power of two before it is squared, so that no square overflows or vanishes where the norm
 * itself does not.
 */

/**
 * Declares, for the largest size of the numbers (their bits without the sign), `scale_down`, the power of two that brings it near 1, `scale_up`,
 * the way back, and `norm_of`, the norm from the sum of the scaled squares; a NaN or infinite size makes it a NaN or infinite.
 */
export const SCALES = `\
fn scale_down(size: u32) -> f32 { return bitcast<f32>((254u - clamp(size >> 23u, 1u, 253u)) << 23u); }
fn scale_up(size: u32) -> f32 { return bitcast<f32>(clamp(size >> 23u, 1u, 253u) << 23u); }
fn norm_of(squares: f32, size: u32) -> f32 {
  return select(sqrt(squares) * scale_up(size), bitcast<f32>(size), size >= 0x7f800000u);
}`
