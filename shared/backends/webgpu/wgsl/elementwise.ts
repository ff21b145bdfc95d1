/** What is done to each number of a buffer alike: filling, and adding another buffer. */
import { elementWorkgroups, overElements, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

/** `result[e] = value` for `count` numbers. */
export function fill(): ReplicaKernel<'count' | 'value', 'result'> {
  return replicaKernel({
    name: 'fill',
    fields: { count: 'u32', value: 'f32' },
    buffers: { result: { access: 'read-write', element: 'f32' } },
    body: overElements('call.count', 'result[result_base + e] = call.value;'),
    workgroups: ({ count }) => elementWorkgroups(count),
  })
}

/** `result[e] += source[e]` for `count` numbers: rows of states or adjoints, whatever their width. */
export function add(): ReplicaKernel<'count', 'source' | 'result'> {
  return replicaKernel({
    name: 'add',
    fields: { count: 'u32' },
    buffers: {
      source: { access: 'read', element: 'f32' },
      result: { access: 'read-write', element: 'f32' },
    },
    body: overElements('call.count', 'result[result_base + e] += source[source_base + e];'),
    workgroups: ({ count }) => elementWorkgroups(count),
  })
}
