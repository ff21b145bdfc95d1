/** What is done to each number of a buffer alike. */
import { elementWorkgroups, overElements, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

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
