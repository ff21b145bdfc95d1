struct Uniform {
  batch: u32,
  first: u32,
  last: u32,
  stateStride: u32,
  weightsOffset: u32,
  weightsStride: u32,
  inputProductsOffset: u32,
  inputProductsStride: u32,
  statesOffset: u32,
  statesStride: u32,
  savedOffset: u32,
  savedStride: u32,
  @align(16) replicas: array<vec4u, 16>,
}
fn replicaAt(z: u32) -> u32 { return call.replicas[z / 4u][z % 4u]; }
@group(0) @binding(0) var<uniform> call: Uniform;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> inputProducts: array<f32>;
@group(0) @binding(3) var<storage, read_write> states: array<f32>;
@group(0) @binding(4) var<storage, read_write> saved: array<f32>;
var<workgroup> exchange: array<vec4f, 144>;
var<workgroup> scratch: array<vec4f, 206>;
fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u); }
// For whole n in [-126, 128]; infinity for 128.
fn power_of_two(n: vec4f) -> vec4f { return bitcast<vec4f>((vec4i(n) + vec4i(127)) << vec4u(23u)); }
// x = n log 2 + r with |r| <= log(2) / 2; log 2 is 355 / 512 and a little: the first difference is exact. Written as multiples of one n, the two
// would be put together again by some compilers, and all digits lost.
struct Reduced { n: vec4f, expm1: vec4f }
fn reduce_exponent(x: vec4f) -> Reduced {
  let n = floor(fma(x, vec4f(1.44269504f), vec4f(0.5f)));
  let r = fma(512.0f * x - 355.0f * n, vec4f(0.001953125f), 2.1219444e-4f * n);
  let low = fma(vec4f(0.16666664106094764f), r, vec4f(0.5000000020453618f));
  let middle = fma(vec4f(0.00833385368266613f), r, vec4f(0.04166639647894734f));
  let high = fma(vec4f(0.00019617587623450855f), r, vec4f(0.001393952690992904f));
  let square = r * r;
  return Reduced(n, fma(fma(fma(high, square, middle), square, low), square, r));
}
fn sigmoid(x: vec4f) -> vec4f {
  let reduced = reduce_exponent(clamp(-x, vec4f(-87.0f), vec4f(88.5f)));
  let scale = power_of_two(reduced.n);
  return select(1.0f / (1.0f + (reduced.expm1 + 1.0f) * scale), x, is_nan(x));
}
// With t = e^(2|x|) - 1, t / (t + 2) with the sign of x. It rounds to 1 from 9.02 on.
fn hyperbolic_tangent(x: vec4f) -> vec4f {
  let reduced = reduce_exponent(2.0f * min(abs(x), vec4f(10.0f)));
  let scale = power_of_two(reduced.n);
  let t = fma(reduced.expm1, scale, scale - 1.0f);
  let sign = bitcast<vec4u>(x) & vec4u(0x80000000u);
  return select(bitcast<vec4f>(bitcast<vec4u>(t / (t + 2.0f)) | sign), x, is_nan(x));
}
@compute @workgroup_size(192)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let replica = replicaAt(group.z);
  let weights_base = call.weightsOffset + replica * call.weightsStride;
  let inputProducts_base = call.inputProductsOffset + replica * call.inputProductsStride;
  let states_base = call.statesOffset + replica * call.statesStride;
  let saved_base = call.savedOffset + replica * call.savedStride;
  let worker = lane / 2u;
  let slice = lane % 2u;
  let H_0 = min(worker, 69u);
  let owns_H_0 = slice == 0u && worker < 70u;
  let row_0 = min(group.x * 4u, call.batch - 1u);
  let has_0 = group.x * 4u < call.batch;
  let row_1 = min(group.x * 4u + 1u, call.batch - 1u);
  let has_1 = group.x * 4u + 1u < call.batch;
  let row_2 = min(group.x * 4u + 2u, call.batch - 1u);
  let has_2 = group.x * 4u + 2u < call.batch;
  let row_3 = min(group.x * 4u + 3u, call.batch - 1u);
  let has_3 = group.x * 4u + 3u < call.batch;
  let p0_0 = weights[weights_base + 6912u + H_0 / 4u][H_0 % 4u]; // b_c
  let p1_0 = weights[weights_base + 6930u + H_0 / 4u][H_0 % 4u]; // b_a
  let p2_0 = weights[weights_base + 6948u + H_0 / 4u][H_0 % 4u]; // b_h
  var h0_0_0 = vec4f(states[states_base + (call.first * call.batch + row_0) * 70u + H_0], states[states_base + (call.first * call.batch + row_1) * 70u + H_0], states[states_base + (call.first * call.batch + row_2) * 70u + H_0], states[states_base + (call.first * call.batch + row_3) * 70u + H_0]);
  for (var t = call.first; t < call.last; t++) {
    let at_0 = t * call.batch + row_0;
    let at_1 = t * call.batch + row_1;
    let at_2 = t * call.batch + row_2;
    let at_3 = t * call.batch + row_3;
    let n2_0_0 = vec4f(inputProducts[inputProducts_base + at_0 * 210u + H_0], inputProducts[inputProducts_base + at_1 * 210u + H_0], inputProducts[inputProducts_base + at_2 * 210u + H_0], inputProducts[inputProducts_base + at_3 * 210u + H_0]);
    let n3_0_0 = h0_0_0;
    let n11_0_0 = vec4f(inputProducts[inputProducts_base + at_0 * 210u + 70u + H_0], inputProducts[inputProducts_base + at_1 * 210u + 70u + H_0], inputProducts[inputProducts_base + at_2 * 210u + 70u + H_0], inputProducts[inputProducts_base + at_3 * 210u + 70u + H_0]);
    let n20_0_0 = vec4f(inputProducts[inputProducts_base + at_0 * 210u + 140u + H_0], inputProducts[inputProducts_base + at_1 * 210u + 140u + H_0], inputProducts[inputProducts_base + at_2 * 210u + 140u + H_0], inputProducts[inputProducts_base + at_3 * 210u + 140u + H_0]);
    var a4_0_0_0 = vec4f();
    var a4_1_0_0 = vec4f();
    workgroupBarrier();
    if (owns_H_0) { exchange[H_0] = n3_0_0; }
    for (var e = 70u + lane; e < 72u; e += 192u) { exchange[e] = vec4f(); }
    workgroupBarrier();
    for (var q = 0u; q < 9u; q++) {
      let k = (q * 2u + slice) * 4u;
      let w = weights_base + q * 384u + lane;
      let w_0_0 = weights[w];
      let w_1_0 = weights[w + 192u];
      { let x = exchange[k]; a4_0_0_0 = fma(vec4f(w_0_0[0]), x, a4_0_0_0); a4_1_0_0 = fma(vec4f(w_1_0[0]), x, a4_1_0_0); }
      { let x = exchange[k + 1u]; a4_0_0_0 = fma(vec4f(w_0_0[1]), x, a4_0_0_0); a4_1_0_0 = fma(vec4f(w_1_0[1]), x, a4_1_0_0); }
      { let x = exchange[k + 2u]; a4_0_0_0 = fma(vec4f(w_0_0[2]), x, a4_0_0_0); a4_1_0_0 = fma(vec4f(w_1_0[2]), x, a4_1_0_0); }
      { let x = exchange[k + 3u]; a4_0_0_0 = fma(vec4f(w_0_0[3]), x, a4_0_0_0); a4_1_0_0 = fma(vec4f(w_1_0[3]), x, a4_1_0_0); }
    }
    scratch[lane] = a4_0_0_0;
    workgroupBarrier();
    a4_0_0_0 = scratch[lane - slice] + scratch[lane - slice + 1u];
    workgroupBarrier();
    scratch[lane] = a4_1_0_0;
    workgroupBarrier();
    a4_1_0_0 = scratch[lane - slice] + scratch[lane - slice + 1u];
    workgroupBarrier();
    let n5_0_0 = a4_0_0_0;
    let n12_0_0 = a4_1_0_0;
    let n6_0_0 = (n2_0_0 + n5_0_0);
    let n8_0_0 = (n6_0_0 + vec4f(p0_0));
    let n9_0_0 = sigmoid(n8_0_0);
    let n13_0_0 = (n11_0_0 + n12_0_0);
    let n15_0_0 = (n13_0_0 + vec4f(p1_0));
    let n16_0_0 = hyperbolic_tangent(n15_0_0);
    let n17_0_0 = (vec4f(1.0f) + n16_0_0);
    let n18_0_0 = (n9_0_0 * n3_0_0);
    let n19_0_0 = (vec4f(1.0f) - n9_0_0);
    let n21_0_0 = (n17_0_0 * n3_0_0);
    let n22_0_0 = (n20_0_0 + n21_0_0);
    let n24_0_0 = (n22_0_0 + vec4f(p2_0));
    let n25_0_0 = hyperbolic_tangent(n24_0_0);
    let n26_0_0 = (n19_0_0 * n25_0_0);
    let n27_0_0 = (n18_0_0 + n26_0_0);
    if (owns_H_0) {
      if (has_0) {
        saved[saved_base + at_0 * 210u + H_0] = n9_0_0[0];
        saved[saved_base + at_0 * 210u + 70u + H_0] = n16_0_0[0];
        saved[saved_base + at_0 * 210u + 140u + H_0] = n25_0_0[0];
      }
      if (has_1) {
        saved[saved_base + at_1 * 210u + H_0] = n9_0_0[1];
        saved[saved_base + at_1 * 210u + 70u + H_0] = n16_0_0[1];
        saved[saved_base + at_1 * 210u + 140u + H_0] = n25_0_0[1];
      }
      if (has_2) {
        saved[saved_base + at_2 * 210u + H_0] = n9_0_0[2];
        saved[saved_base + at_2 * 210u + 70u + H_0] = n16_0_0[2];
        saved[saved_base + at_2 * 210u + 140u + H_0] = n25_0_0[2];
      }
      if (has_3) {
        saved[saved_base + at_3 * 210u + H_0] = n9_0_0[3];
        saved[saved_base + at_3 * 210u + 70u + H_0] = n16_0_0[3];
        saved[saved_base + at_3 * 210u + 140u + H_0] = n25_0_0[3];
      }
    }
    h0_0_0 = n27_0_0;
    if (owns_H_0) {
      if (has_0) {
        states[states_base + ((t + 1u) * call.batch + row_0) * 70u + H_0] = h0_0_0[0];
      }
      if (has_1) {
        states[states_base + ((t + 1u) * call.batch + row_1) * 70u + H_0] = h0_0_0[1];
      }
      if (has_2) {
        states[states_base + ((t + 1u) * call.batch + row_2) * 70u + H_0] = h0_0_0[2];
      }
      if (has_3) {
        states[states_base + ((t + 1u) * call.batch + row_3) * 70u + H_0] = h0_0_0[3];
      }
    }
  }
}
