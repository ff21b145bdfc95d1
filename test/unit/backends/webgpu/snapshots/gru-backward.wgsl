enable subgroups;
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
var<workgroup> exchange: array<vec4f, 216>;

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
  let row_0 = min(group.x * 4u, call.batch - 1u);
  let has_0 = group.x * 4u < call.batch;
  let row_1 = min(group.x * 4u + 1u, call.batch - 1u);
  let has_1 = group.x * 4u + 1u < call.batch;
  let row_2 = min(group.x * 4u + 2u, call.batch - 1u);
  let has_2 = group.x * 4u + 2u < call.batch;
  let row_3 = min(group.x * 4u + 3u, call.batch - 1u);
  let has_3 = group.x * 4u + 3u < call.batch;
  var d0_0_0 = vec4f(); if (call.isFresh == 0u) { d0_0_0 = vec4f(stateAdjoints[stateAdjoints_base + row_0 * 70u + H_0], stateAdjoints[stateAdjoints_base + row_1 * 70u + H_0], stateAdjoints[stateAdjoints_base + row_2 * 70u + H_0], stateAdjoints[stateAdjoints_base + row_3 * 70u + H_0]); }
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
    var e0_0_0 = d0_0_0 + vec4f(above[above_base + at_0 * 70u + H_0], above[above_base + at_1 * 70u + H_0], above[above_base + at_2 * 70u + H_0], above[above_base + at_3 * 70u + H_0]);
    if ((mark_0 & 2u) != 0u) { e0_0_0[0] += entering[entering_base + row_0 * 70u + H_0]; }
    if ((mark_1 & 2u) != 0u) { e0_0_0[1] += entering[entering_base + row_1 * 70u + H_0]; }
    if ((mark_2 & 2u) != 0u) { e0_0_0[2] += entering[entering_base + row_2 * 70u + H_0]; }
    if ((mark_3 & 2u) != 0u) { e0_0_0[3] += entering[entering_base + row_3 * 70u + H_0]; }
    let n5_0_0 = vec4f(states[states_base + at_0 * 70u + H_0], states[states_base + at_1 * 70u + H_0], states[states_base + at_2 * 70u + H_0], states[states_base + at_3 * 70u + H_0]);
    let n11_0_0 = vec4f(saved[saved_base + at_0 * 280u + H_0], saved[saved_base + at_1 * 280u + H_0], saved[saved_base + at_2 * 280u + H_0], saved[saved_base + at_3 * 280u + H_0]);
    let n19_0_0 = vec4f(saved[saved_base + at_0 * 280u + 70u + H_0], saved[saved_base + at_1 * 280u + 70u + H_0], saved[saved_base + at_2 * 280u + 70u + H_0], saved[saved_base + at_3 * 280u + 70u + H_0]);
    let n25_0_0 = vec4f(saved[saved_base + at_0 * 280u + 140u + H_0], saved[saved_base + at_1 * 280u + 140u + H_0], saved[saved_base + at_2 * 280u + 140u + H_0], saved[saved_base + at_3 * 280u + 140u + H_0]);
    let n28_0_0 = vec4f(saved[saved_base + at_0 * 280u + 210u + H_0], saved[saved_base + at_1 * 280u + 210u + H_0], saved[saved_base + at_2 * 280u + 210u + H_0], saved[saved_base + at_3 * 280u + 210u + H_0]);
    let n34_0_0 = e0_0_0;
    let n30_0_0 = (vec4f(1.0f) - n19_0_0);
    let n35_0_0 = (n34_0_0 * n5_0_0);
    let n36_0_0 = (n34_0_0 * n19_0_0);
    let n37_0_0 = (n34_0_0 * n28_0_0);
    let n38_0_0 = (n34_0_0 * n30_0_0);
    let n40_0_0 = (n35_0_0 - n37_0_0);
    let n41_0_0 = (n28_0_0 * n28_0_0);
    let n42_0_0 = (vec4f(1.0f) - n41_0_0);
    let n43_0_0 = (n38_0_0 * n42_0_0);
    let n44_0_0 = (n43_0_0 * n25_0_0);
    let n45_0_0 = (n43_0_0 * n11_0_0);
    let n46_0_0 = (n19_0_0 * n30_0_0);
    let n47_0_0 = (n40_0_0 * n46_0_0);
    let n48_0_0 = (vec4f(1.0f) - n11_0_0);
    let n49_0_0 = (n11_0_0 * n48_0_0);
    let n50_0_0 = (n44_0_0 * n49_0_0);
    var a51_0_0_0 = vec4f();
    workgroupBarrier();
    if (owns_H_0) { exchange[H_0] = n50_0_0; }
    for (var e = 70u + lane; e < 72u; e += 192u) { exchange[e] = vec4f(); }
    if (owns_H_0) { exchange[H_0 + 72u] = n47_0_0; }
    for (var e = 142u + lane; e < 144u; e += 192u) { exchange[e] = vec4f(); }
    if (owns_H_0) { exchange[H_0 + 144u] = n45_0_0; }
    for (var e = 214u + lane; e < 216u; e += 192u) { exchange[e] = vec4f(); }
    workgroupBarrier();
    for (var q = 0u; q < 27u; q++) {
      let k = (q * 2u + slice) * 4u;
      let w = weights_base + 5184u + q * 192u + lane;
      let w_0_0 = weights[w];
      { let x = exchange[k]; a51_0_0_0 = fma(vec4f(w_0_0[0]), x, a51_0_0_0); }
      { let x = exchange[k + 1u]; a51_0_0_0 = fma(vec4f(w_0_0[1]), x, a51_0_0_0); }
      { let x = exchange[k + 2u]; a51_0_0_0 = fma(vec4f(w_0_0[2]), x, a51_0_0_0); }
      { let x = exchange[k + 3u]; a51_0_0_0 = fma(vec4f(w_0_0[3]), x, a51_0_0_0); }
    }
    a51_0_0_0 += subgroupShuffleXor(a51_0_0_0, 1u);
    let n51_0_0 = a51_0_0_0;
    let n52_0_0 = (n36_0_0 + n51_0_0);
    let out_H_0_0_0 = select(vec4f(), n50_0_0, reached_0);
    let out_H_1_0_0 = select(vec4f(), n47_0_0, reached_0);
    let out_H_2_0_0 = select(vec4f(), n43_0_0, reached_0);
    let out_H_3_0_0 = select(vec4f(), n50_0_0, reached_0);
    let out_H_4_0_0 = select(vec4f(), n47_0_0, reached_0);
    let out_H_5_0_0 = select(vec4f(), n45_0_0, reached_0);
    if (owns_H_0) {
      if (has_0) {
        adjoints[adjoints_base + at_0 * 420u + H_0] = out_H_0_0_0[0];
        adjoints[adjoints_base + at_0 * 420u + 70u + H_0] = out_H_1_0_0[0];
        adjoints[adjoints_base + at_0 * 420u + 140u + H_0] = out_H_2_0_0[0];
        adjoints[adjoints_base + at_0 * 420u + 210u + H_0] = out_H_3_0_0[0];
        adjoints[adjoints_base + at_0 * 420u + 280u + H_0] = out_H_4_0_0[0];
        adjoints[adjoints_base + at_0 * 420u + 350u + H_0] = out_H_5_0_0[0];
      }
      if (has_1) {
        adjoints[adjoints_base + at_1 * 420u + H_0] = out_H_0_0_0[1];
        adjoints[adjoints_base + at_1 * 420u + 70u + H_0] = out_H_1_0_0[1];
        adjoints[adjoints_base + at_1 * 420u + 140u + H_0] = out_H_2_0_0[1];
        adjoints[adjoints_base + at_1 * 420u + 210u + H_0] = out_H_3_0_0[1];
        adjoints[adjoints_base + at_1 * 420u + 280u + H_0] = out_H_4_0_0[1];
        adjoints[adjoints_base + at_1 * 420u + 350u + H_0] = out_H_5_0_0[1];
      }
      if (has_2) {
        adjoints[adjoints_base + at_2 * 420u + H_0] = out_H_0_0_0[2];
        adjoints[adjoints_base + at_2 * 420u + 70u + H_0] = out_H_1_0_0[2];
        adjoints[adjoints_base + at_2 * 420u + 140u + H_0] = out_H_2_0_0[2];
        adjoints[adjoints_base + at_2 * 420u + 210u + H_0] = out_H_3_0_0[2];
        adjoints[adjoints_base + at_2 * 420u + 280u + H_0] = out_H_4_0_0[2];
        adjoints[adjoints_base + at_2 * 420u + 350u + H_0] = out_H_5_0_0[2];
      }
      if (has_3) {
        adjoints[adjoints_base + at_3 * 420u + H_0] = out_H_0_0_0[3];
        adjoints[adjoints_base + at_3 * 420u + 70u + H_0] = out_H_1_0_0[3];
        adjoints[adjoints_base + at_3 * 420u + 140u + H_0] = out_H_2_0_0[3];
        adjoints[adjoints_base + at_3 * 420u + 210u + H_0] = out_H_3_0_0[3];
        adjoints[adjoints_base + at_3 * 420u + 280u + H_0] = out_H_4_0_0[3];
        adjoints[adjoints_base + at_3 * 420u + 350u + H_0] = out_H_5_0_0[3];
      }
    }
    d0_0_0 = select(vec4f(), n52_0_0, reached_0);
    if (call.truncateEvery != 0u && t > 0u && t % max(call.truncateEvery, 1u) == 0u) {
      d0_0_0 = vec4f();
    }
  }
  if (owns_H_0) {
    if (has_0) {
      stateAdjoints[stateAdjoints_base + row_0 * 70u + H_0] = d0_0_0[0];
    }
    if (has_1) {
      stateAdjoints[stateAdjoints_base + row_1 * 70u + H_0] = d0_0_0[1];
    }
    if (has_2) {
      stateAdjoints[stateAdjoints_base + row_2 * 70u + H_0] = d0_0_0[2];
    }
    if (has_3) {
      stateAdjoints[stateAdjoints_base + row_3 * 70u + H_0] = d0_0_0[3];
    }
  }
}
