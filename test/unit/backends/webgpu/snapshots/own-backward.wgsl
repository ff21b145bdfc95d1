struct Uniform {
  batch: u32,
  first: u32,
  last: u32,
  stateStride: u32,
  truncateEvery: u32,
  isFresh: u32,
  weightsOffset: u32,
  weightsStride: u32,
  statesOffset: u32,
  statesStride: u32,
  savedOffset: u32,
  savedStride: u32,
  aboveOffset: u32,
  aboveStride: u32,
  reachedOffset: u32,
  reachedStride: u32,
  enteringOffset: u32,
  enteringStride: u32,
  adjointsOffset: u32,
  adjointsStride: u32,
  stateAdjointsOffset: u32,
  stateAdjointsStride: u32,
  @align(16) replicas: array<vec4u, 16>,
}
fn replicaAt(z: u32) -> u32 { return call.replicas[z / 4u][z % 4u]; }
@group(0) @binding(0) var<uniform> call: Uniform;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> states: array<f32>;
@group(0) @binding(3) var<storage, read> saved: array<f32>;
@group(0) @binding(4) var<storage, read> above: array<f32>;
@group(0) @binding(5) var<storage, read> reached: array<u32>;
@group(0) @binding(6) var<storage, read> entering: array<f32>;
@group(0) @binding(7) var<storage, read_write> adjoints: array<f32>;
@group(0) @binding(8) var<storage, read_write> stateAdjoints: array<f32>;
var<workgroup> exchange: array<vec4f, 144>;
var<workgroup> scratch: array<vec4f, 206>;
fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u); }
fn infinity() -> vec4f { var bits = 0x7f800000u; return vec4f(bitcast<f32>(bits)); }
fn not_a_number() -> vec4f { var bits = 0x7fc00000u; return vec4f(bitcast<f32>(bits)); }
fn quotient(a: vec4f, b: vec4f) -> vec4f {
  let sizeA = bitcast<vec4u>(a) & vec4u(0x7fffffffu);
  let sizeB = bitcast<vec4u>(b) & vec4u(0x7fffffffu);
  let sign = (bitcast<vec4u>(a) ^ bitcast<vec4u>(b)) & vec4u(0x80000000u);
  let infinite = vec4u(0x7f800000u);
  let isInfinite = (sizeA == infinite) | (sizeB == vec4u());
  let isZero = (sizeA == vec4u()) | (sizeB == infinite);
  let plain = select(bitcast<vec4u>(a / b), sign, isZero);
  let limited = select(plain, sign | infinite, isInfinite);
  let isUndefined = (isInfinite & isZero) | (sizeA > infinite) | (sizeB > infinite);
  return select(bitcast<vec4f>(limited), not_a_number(), isUndefined);
}
@compute @workgroup_size(192)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let replica = replicaAt(group.z);
  let weights_base = call.weightsOffset + replica * call.weightsStride;
  let states_base = call.statesOffset + replica * call.statesStride;
  let saved_base = call.savedOffset + replica * call.savedStride;
  let above_base = call.aboveOffset + replica * call.aboveStride;
  let reached_base = call.reachedOffset + replica * call.reachedStride;
  let entering_base = call.enteringOffset + replica * call.enteringStride;
  let adjoints_base = call.adjointsOffset + replica * call.adjointsStride;
  let stateAdjoints_base = call.stateAdjointsOffset + replica * call.stateAdjointsStride;
  let worker = lane / 2u;
  let slice = lane % 2u;
  let H_0 = min(worker, 69u);
  let owns_H_0 = slice == 0u && worker < 70u;
  let I_0 = min(worker, 2u);
  let owns_I_0 = slice == 0u && worker < 3u;
  let row_0 = min(group.x * 4u, call.batch - 1u);
  let has_0 = group.x * 4u < call.batch;
  let row_1 = min(group.x * 4u + 1u, call.batch - 1u);
  let has_1 = group.x * 4u + 1u < call.batch;
  let row_2 = min(group.x * 4u + 2u, call.batch - 1u);
  let has_2 = group.x * 4u + 2u < call.batch;
  let row_3 = min(group.x * 4u + 3u, call.batch - 1u);
  let has_3 = group.x * 4u + 3u < call.batch;
  let p0_0 = weights[weights_base + 13824u + H_0 / 4u][H_0 % 4u]; // g
  let p1 = weights[weights_base + 13842u].x;
  var d0_0_0 = vec4f(); if (call.isFresh == 0u) { d0_0_0 = vec4f(stateAdjoints[stateAdjoints_base + row_0 * 140u + H_0], stateAdjoints[stateAdjoints_base + row_1 * 140u + H_0], stateAdjoints[stateAdjoints_base + row_2 * 140u + H_0], stateAdjoints[stateAdjoints_base + row_3 * 140u + H_0]); }
  var d1_0_0 = vec4f(); if (call.isFresh == 0u) { d1_0_0 = vec4f(stateAdjoints[stateAdjoints_base + row_0 * 140u + 70u + H_0], stateAdjoints[stateAdjoints_base + row_1 * 140u + 70u + H_0], stateAdjoints[stateAdjoints_base + row_2 * 140u + 70u + H_0], stateAdjoints[stateAdjoints_base + row_3 * 140u + 70u + H_0]); }
  for (var t = call.last; t > call.first; ) {
    t -= 1u;
    let at_0 = t * call.batch + row_0;
    let at_1 = t * call.batch + row_1;
    let at_2 = t * call.batch + row_2;
    let at_3 = t * call.batch + row_3;
    let mark_0 = reached[reached_base + at_0];
    let mark_1 = reached[reached_base + at_1];
    let mark_2 = reached[reached_base + at_2];
    let mark_3 = reached[reached_base + at_3];
    let reached_0 = vec4u(mark_0, mark_1, mark_2, mark_3) != vec4u();
    var e0_0_0 = d0_0_0 + vec4f(above[above_base + at_0 * 140u + H_0], above[above_base + at_1 * 140u + H_0], above[above_base + at_2 * 140u + H_0], above[above_base + at_3 * 140u + H_0]);
    if ((mark_0 & 2u) != 0u) { e0_0_0[0] += entering[entering_base + row_0 * 140u + H_0]; }
    if ((mark_1 & 2u) != 0u) { e0_0_0[1] += entering[entering_base + row_1 * 140u + H_0]; }
    if ((mark_2 & 2u) != 0u) { e0_0_0[2] += entering[entering_base + row_2 * 140u + H_0]; }
    if ((mark_3 & 2u) != 0u) { e0_0_0[3] += entering[entering_base + row_3 * 140u + H_0]; }
    var e1_0_0 = d1_0_0 + vec4f(above[above_base + at_0 * 140u + 70u + H_0], above[above_base + at_1 * 140u + 70u + H_0], above[above_base + at_2 * 140u + 70u + H_0], above[above_base + at_3 * 140u + 70u + H_0]);
    if ((mark_0 & 2u) != 0u) { e1_0_0[0] += entering[entering_base + row_0 * 140u + 70u + H_0]; }
    if ((mark_1 & 2u) != 0u) { e1_0_0[1] += entering[entering_base + row_1 * 140u + 70u + H_0]; }
    if ((mark_2 & 2u) != 0u) { e1_0_0[2] += entering[entering_base + row_2 * 140u + 70u + H_0]; }
    if ((mark_3 & 2u) != 0u) { e1_0_0[3] += entering[entering_base + row_3 * 140u + 70u + H_0]; }
    let n5_0_0 = vec4f(states[states_base + 1u * call.stateStride + at_0 * 70u + H_0], states[states_base + 1u * call.stateStride + at_1 * 70u + H_0], states[states_base + 1u * call.stateStride + at_2 * 70u + H_0], states[states_base + 1u * call.stateStride + at_3 * 70u + H_0]);
    let n12_0_0 = vec4f(saved[saved_base + at_0 * 352u + H_0], saved[saved_base + at_1 * 352u + H_0], saved[saved_base + at_2 * 352u + H_0], saved[saved_base + at_3 * 352u + H_0]);
    let n25_0 = vec4f(saved[saved_base + at_0 * 352u + 70u], saved[saved_base + at_1 * 352u + 70u], saved[saved_base + at_2 * 352u + 70u], saved[saved_base + at_3 * 352u + 70u]);
    let n26_0_0 = vec4f(saved[saved_base + at_0 * 352u + 71u + H_0], saved[saved_base + at_1 * 352u + 71u + H_0], saved[saved_base + at_2 * 352u + 71u + H_0], saved[saved_base + at_3 * 352u + 71u + H_0]);
    let n29_0 = vec4f(saved[saved_base + at_0 * 352u + 351u], saved[saved_base + at_1 * 352u + 351u], saved[saved_base + at_2 * 352u + 351u], saved[saved_base + at_3 * 352u + 351u]);
    let n34_0_0 = vec4f(saved[saved_base + at_0 * 352u + 141u + H_0], saved[saved_base + at_1 * 352u + 141u + H_0], saved[saved_base + at_2 * 352u + 141u + H_0], saved[saved_base + at_3 * 352u + 141u + H_0]);
    let n39_0_0 = vec4f(saved[saved_base + at_0 * 352u + 211u + H_0], saved[saved_base + at_1 * 352u + 211u + H_0], saved[saved_base + at_2 * 352u + 211u + H_0], saved[saved_base + at_3 * 352u + 211u + H_0]);
    let n44_0_0 = vec4f(saved[saved_base + at_0 * 352u + 281u + H_0], saved[saved_base + at_1 * 352u + 281u + H_0], saved[saved_base + at_2 * 352u + 281u + H_0], saved[saved_base + at_3 * 352u + 281u + H_0]);
    let n46_0_0 = e0_0_0;
    let n47_0_0 = e1_0_0;
    let n14_0_0 = (vec4f(0.8999999761581421f) * n5_0_0);
    let n35_0_0 = (n14_0_0 + n34_0_0);
    let n48_0_0 = (n46_0_0 * n44_0_0);
    let n49_0_0 = (n46_0_0 * n39_0_0);
    let n51_0_0 = (vec4f(1.0f) - n44_0_0);
    let n52_0_0 = (n44_0_0 * n51_0_0);
    let n53_0_0 = (n49_0_0 * n52_0_0);
    let n59_0_0 = (n39_0_0 * n39_0_0);
    let n60_0_0 = (vec4f(1.0f) - n59_0_0);
    let n61_0_0 = (n48_0_0 * n60_0_0);
    let n64_0_0 = (n34_0_0 * n34_0_0);
    let n65_0_0 = (vec4f(1.0f) - n64_0_0);
    var a62_0_0_0 = vec4f();
    workgroupBarrier();
    if (owns_H_0) { exchange[H_0] = n61_0_0; }
    for (var e = 70u + lane; e < 72u; e += 192u) { exchange[e] = vec4f(); }
    workgroupBarrier();
    for (var q = 0u; q < 9u; q++) {
      let k = (q * 2u + slice) * 4u;
      let w = weights_base + 6912u + q * 192u + lane;
      let w_0_0 = weights[w];
      { let x = exchange[k]; a62_0_0_0 = fma(vec4f(w_0_0[0]), x, a62_0_0_0); }
      { let x = exchange[k + 1u]; a62_0_0_0 = fma(vec4f(w_0_0[1]), x, a62_0_0_0); }
      { let x = exchange[k + 2u]; a62_0_0_0 = fma(vec4f(w_0_0[2]), x, a62_0_0_0); }
      { let x = exchange[k + 3u]; a62_0_0_0 = fma(vec4f(w_0_0[3]), x, a62_0_0_0); }
    }
    scratch[lane] = a62_0_0_0;
    workgroupBarrier();
    a62_0_0_0 = scratch[lane - slice] + scratch[lane - slice + 1u];
    workgroupBarrier();
    let n62_0_0 = a62_0_0_0;
    if (slice == 0u) { scratch[worker] = select(vec4f(), n53_0_0, owns_H_0); }
    workgroupBarrier();
    if (lane < 10u) {
      var sum = vec4f();
      for (var e = lane * 10u; e < min((lane + 1u) * 10u, 96u); e++) { sum += scratch[e]; }
      scratch[192u + lane] = sum;
    }
    workgroupBarrier();
    var sum54_0 = vec4f();
    for (var e = 0u; e < 10u; e++) { sum54_0 += scratch[192u + e]; }
    workgroupBarrier();
    let n54_0 = sum54_0;
    let n55_0 = quotient(n54_0, vec4f(3.0f));
    let n58_0_0 = n55_0;
    let n63_0_0 = (n47_0_0 + n62_0_0);
    let n66_0_0 = (n63_0_0 * n65_0_0);
    let n67_0_0 = (n53_0_0 + n66_0_0);
    let n72_0_0 = quotient(n66_0_0, n25_0);
    let n73_0_0 = (n72_0_0 * n26_0_0);
    let n74_0_0 = (-n73_0_0);
    let n85_0_0 = (n72_0_0 * n12_0_0);
    let n86_0_0 = (n72_0_0 * vec4f(p0_0));
    let n89_0_0 = (n63_0_0 * vec4f(0.8999999761581421f));
    if (slice == 0u) { scratch[worker] = select(vec4f(), n66_0_0, owns_H_0); }
    workgroupBarrier();
    if (lane < 10u) {
      var sum = vec4f();
      for (var e = lane * 10u; e < min((lane + 1u) * 10u, 96u); e++) { sum += scratch[e]; }
      scratch[192u + lane] = sum;
    }
    workgroupBarrier();
    var sum68_0 = vec4f();
    for (var e = 0u; e < 10u; e++) { sum68_0 += scratch[192u + e]; }
    workgroupBarrier();
    let n68_0 = sum68_0;
    if (slice == 0u) { scratch[worker] = select(vec4f(), n74_0_0, owns_H_0); }
    workgroupBarrier();
    if (lane < 10u) {
      var sum = vec4f();
      for (var e = lane * 10u; e < min((lane + 1u) * 10u, 96u); e++) { sum += scratch[e]; }
      scratch[192u + lane] = sum;
    }
    workgroupBarrier();
    var sum75_0 = vec4f();
    for (var e = 0u; e < 10u; e++) { sum75_0 += scratch[192u + e]; }
    workgroupBarrier();
    let n75_0 = sum75_0;
    let n69_0 = (n68_0 * n29_0);
    let n70_0 = (n68_0 * vec4f(p1));
    let n71_0_0 = n70_0;
    let n77_0 = (vec4f(0.5f) * n75_0);
    let n78_0 = quotient(n77_0, n25_0);
    let n79_0 = quotient(n78_0, vec4f(70.0f));
    let n82_0_0 = n79_0;
    let n83_0_0 = (n82_0_0 * n12_0_0);
    let n84_0_0 = (n83_0_0 + n83_0_0);
    let n87_0_0 = (n84_0_0 + n86_0_0);
    let n90_0_0 = (-n87_0_0);
    if (slice == 0u) { scratch[worker] = select(vec4f(), n90_0_0, owns_H_0); }
    workgroupBarrier();
    if (lane < 10u) {
      var sum = vec4f();
      for (var e = lane * 10u; e < min((lane + 1u) * 10u, 96u); e++) { sum += scratch[e]; }
      scratch[192u + lane] = sum;
    }
    workgroupBarrier();
    var sum91_0 = vec4f();
    for (var e = 0u; e < 10u; e++) { sum91_0 += scratch[192u + e]; }
    workgroupBarrier();
    let n91_0 = sum91_0;
    let n92_0 = quotient(n91_0, vec4f(70.0f));
    let n95_0_0 = n92_0;
    let n96_0_0 = (n87_0_0 + n95_0_0);
    let n100_0_0 = (n61_0_0 - n96_0_0);
    var a97_0_0_0 = vec4f();
    workgroupBarrier();
    if (owns_H_0) { exchange[H_0] = n96_0_0; }
    for (var e = 70u + lane; e < 72u; e += 192u) { exchange[e] = vec4f(); }
    workgroupBarrier();
    for (var q = 0u; q < 9u; q++) {
      let k = (q * 2u + slice) * 4u;
      let w = weights_base + 8640u + q * 192u + lane;
      let w_0_0 = weights[w];
      { let x = exchange[k]; a97_0_0_0 = fma(vec4f(w_0_0[0]), x, a97_0_0_0); }
      { let x = exchange[k + 1u]; a97_0_0_0 = fma(vec4f(w_0_0[1]), x, a97_0_0_0); }
      { let x = exchange[k + 2u]; a97_0_0_0 = fma(vec4f(w_0_0[2]), x, a97_0_0_0); }
      { let x = exchange[k + 3u]; a97_0_0_0 = fma(vec4f(w_0_0[3]), x, a97_0_0_0); }
    }
    scratch[lane] = a97_0_0_0;
    workgroupBarrier();
    a97_0_0_0 = scratch[lane - slice] + scratch[lane - slice + 1u];
    workgroupBarrier();
    let n97_0_0 = a97_0_0_0;
    var a101_0_0_0 = vec4f();
    workgroupBarrier();
    if (owns_H_0) { exchange[H_0] = n96_0_0; }
    for (var e = 70u + lane; e < 72u; e += 192u) { exchange[e] = vec4f(); }
    if (owns_H_0) { exchange[H_0 + 72u] = n100_0_0; }
    for (var e = 142u + lane; e < 144u; e += 192u) { exchange[e] = vec4f(); }
    workgroupBarrier();
    for (var q = 0u; q < 18u; q++) {
      let k = (q * 2u + slice) * 4u;
      let w = weights_base + 10368u + q * 192u + lane;
      let w_0_0 = weights[w];
      { let x = exchange[k]; a101_0_0_0 = fma(vec4f(w_0_0[0]), x, a101_0_0_0); }
      { let x = exchange[k + 1u]; a101_0_0_0 = fma(vec4f(w_0_0[1]), x, a101_0_0_0); }
      { let x = exchange[k + 2u]; a101_0_0_0 = fma(vec4f(w_0_0[2]), x, a101_0_0_0); }
      { let x = exchange[k + 3u]; a101_0_0_0 = fma(vec4f(w_0_0[3]), x, a101_0_0_0); }
    }
    scratch[lane] = a101_0_0_0;
    workgroupBarrier();
    a101_0_0_0 = scratch[lane - slice] + scratch[lane - slice + 1u];
    workgroupBarrier();
    let n101_0_0 = a101_0_0_0;
    let n98_0_0 = (n89_0_0 + n97_0_0);
    let n102_0_0 = (n71_0_0 + n101_0_0);
    let out_H_0_0_0 = select(vec4f(), n61_0_0, reached_0);
    let out_H_1_0_0 = select(vec4f(), n35_0_0, reached_0);
    let out_H_2_0_0 = select(vec4f(), n66_0_0, reached_0);
    let out_H_3_0_0 = select(vec4f(), n85_0_0, reached_0);
    let out_H_4_0_0 = select(vec4f(), n67_0_0, reached_0);
    let out_H_5_0_0 = select(vec4f(), n96_0_0, reached_0);
    let out_H_6_0_0 = select(vec4f(), n100_0_0, reached_0);
    let out_H_7_0_0 = select(vec4f(), n96_0_0, reached_0);
    if (owns_H_0) {
      if (has_0) {
        adjoints[adjoints_base + at_0 * 564u + 280u + H_0] = out_H_0_0_0[0];
        adjoints[adjoints_base + at_0 * 564u + 350u + H_0] = out_H_1_0_0[0];
        adjoints[adjoints_base + at_0 * 564u + 210u + H_0] = out_H_2_0_0[0];
        adjoints[adjoints_base + at_0 * 564u + 423u + H_0] = out_H_3_0_0[0];
        adjoints[adjoints_base + at_0 * 564u + 494u + H_0] = out_H_4_0_0[0];
        adjoints[adjoints_base + at_0 * 564u + H_0] = out_H_5_0_0[0];
        adjoints[adjoints_base + at_0 * 564u + 70u + H_0] = out_H_6_0_0[0];
        adjoints[adjoints_base + at_0 * 564u + 140u + H_0] = out_H_7_0_0[0];
      }
      if (has_1) {
        adjoints[adjoints_base + at_1 * 564u + 280u + H_0] = out_H_0_0_0[1];
        adjoints[adjoints_base + at_1 * 564u + 350u + H_0] = out_H_1_0_0[1];
        adjoints[adjoints_base + at_1 * 564u + 210u + H_0] = out_H_2_0_0[1];
        adjoints[adjoints_base + at_1 * 564u + 423u + H_0] = out_H_3_0_0[1];
        adjoints[adjoints_base + at_1 * 564u + 494u + H_0] = out_H_4_0_0[1];
        adjoints[adjoints_base + at_1 * 564u + H_0] = out_H_5_0_0[1];
        adjoints[adjoints_base + at_1 * 564u + 70u + H_0] = out_H_6_0_0[1];
        adjoints[adjoints_base + at_1 * 564u + 140u + H_0] = out_H_7_0_0[1];
      }
      if (has_2) {
        adjoints[adjoints_base + at_2 * 564u + 280u + H_0] = out_H_0_0_0[2];
        adjoints[adjoints_base + at_2 * 564u + 350u + H_0] = out_H_1_0_0[2];
        adjoints[adjoints_base + at_2 * 564u + 210u + H_0] = out_H_2_0_0[2];
        adjoints[adjoints_base + at_2 * 564u + 423u + H_0] = out_H_3_0_0[2];
        adjoints[adjoints_base + at_2 * 564u + 494u + H_0] = out_H_4_0_0[2];
        adjoints[adjoints_base + at_2 * 564u + H_0] = out_H_5_0_0[2];
        adjoints[adjoints_base + at_2 * 564u + 70u + H_0] = out_H_6_0_0[2];
        adjoints[adjoints_base + at_2 * 564u + 140u + H_0] = out_H_7_0_0[2];
      }
      if (has_3) {
        adjoints[adjoints_base + at_3 * 564u + 280u + H_0] = out_H_0_0_0[3];
        adjoints[adjoints_base + at_3 * 564u + 350u + H_0] = out_H_1_0_0[3];
        adjoints[adjoints_base + at_3 * 564u + 210u + H_0] = out_H_2_0_0[3];
        adjoints[adjoints_base + at_3 * 564u + 423u + H_0] = out_H_3_0_0[3];
        adjoints[adjoints_base + at_3 * 564u + 494u + H_0] = out_H_4_0_0[3];
        adjoints[adjoints_base + at_3 * 564u + H_0] = out_H_5_0_0[3];
        adjoints[adjoints_base + at_3 * 564u + 70u + H_0] = out_H_6_0_0[3];
        adjoints[adjoints_base + at_3 * 564u + 140u + H_0] = out_H_7_0_0[3];
      }
    }
    let out_I_0_0_0 = select(vec4f(), n58_0_0, reached_0);
    if (owns_I_0) {
      if (has_0) {
        adjoints[adjoints_base + at_0 * 564u + 420u + I_0] = out_I_0_0_0[0];
      }
      if (has_1) {
        adjoints[adjoints_base + at_1 * 564u + 420u + I_0] = out_I_0_0_0[1];
      }
      if (has_2) {
        adjoints[adjoints_base + at_2 * 564u + 420u + I_0] = out_I_0_0_0[2];
      }
      if (has_3) {
        adjoints[adjoints_base + at_3 * 564u + 420u + I_0] = out_I_0_0_0[3];
      }
    }
    let out_1_0_0_0 = select(vec4f(), n69_0, reached_0);
    if (lane == 0u) {
      if (has_0) {
        adjoints[adjoints_base + at_0 * 564u + 493u] = out_1_0_0_0[0];
      }
      if (has_1) {
        adjoints[adjoints_base + at_1 * 564u + 493u] = out_1_0_0_0[1];
      }
      if (has_2) {
        adjoints[adjoints_base + at_2 * 564u + 493u] = out_1_0_0_0[2];
      }
      if (has_3) {
        adjoints[adjoints_base + at_3 * 564u + 493u] = out_1_0_0_0[3];
      }
    }
    d0_0_0 = select(vec4f(), n102_0_0, reached_0);
    d1_0_0 = select(vec4f(), n98_0_0, reached_0);
    if (call.truncateEvery != 0u && t > 0u && t % max(call.truncateEvery, 1u) == 0u) {
      d0_0_0 = vec4f();
      d1_0_0 = vec4f();
    }
  }
  if (owns_H_0) {
    if (has_0) {
      stateAdjoints[stateAdjoints_base + row_0 * 140u + H_0] = d0_0_0[0];
      stateAdjoints[stateAdjoints_base + row_0 * 140u + 70u + H_0] = d1_0_0[0];
    }
    if (has_1) {
      stateAdjoints[stateAdjoints_base + row_1 * 140u + H_0] = d0_0_0[1];
      stateAdjoints[stateAdjoints_base + row_1 * 140u + 70u + H_0] = d1_0_0[1];
    }
    if (has_2) {
      stateAdjoints[stateAdjoints_base + row_2 * 140u + H_0] = d0_0_0[2];
      stateAdjoints[stateAdjoints_base + row_2 * 140u + 70u + H_0] = d1_0_0[2];
    }
    if (has_3) {
      stateAdjoints[stateAdjoints_base + row_3 * 140u + H_0] = d0_0_0[3];
      stateAdjoints[stateAdjoints_base + row_3 * 140u + 70u + H_0] = d1_0_0[3];
    }
  }
}
