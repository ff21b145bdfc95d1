/** Commands about sweeps: checked, started, controlled, read, exported and deleted. */
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import type { DesignDesk } from '../designs/design-desk.ts'
import type { SweepDesk } from '../sweep-desk.ts'
import type { SweepRemoval } from '../sweep-removal.ts'

export function sweepHandlers(desk: SweepDesk, removal: SweepRemoval, designs: DesignDesk): HandlersOf<'sweep'> {
  return {
    'sweep.check': ({ definition }) => designs.checkSweep(definition),
    'sweep.start': ({ definition }) => desk.start(definition),
    'sweep.read': ({ sweepId }) => desk.read(sweepId),
    'sweep.pause': async ({ sweepId }) => desk.pause(sweepId),
    'sweep.resume': ({ sweepId, rerunFailed }) => desk.resume(sweepId, rerunFailed),
    'sweep.export': ({ sweepId }) => desk.export(sweepId),
    'sweep.delete': ({ sweepId, withRuns }) => removal.delete(sweepId, withRuns),
    'sweep.undelete': ({ sweepId }) => removal.undelete(sweepId),
  }
}
