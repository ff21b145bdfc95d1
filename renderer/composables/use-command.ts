/** A command of a view with its state: whether it is on its way; what goes wrong becomes a notice. */
import { ref, type Ref } from 'vue'
import type { CommandName, CommandPayload, CommandResult } from '../../shared/protocol/commands.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'

export interface Commander {
  readonly isBusy: Ref<boolean>
  /** @returns null when it failed; the user has been told */
  send<Name extends CommandName>(
    name: Name,
    payload: CommandPayload<Name>,
  ): Promise<{ readonly result: CommandResult<Name> } | null>
}

export function useCommand(): Commander {
  const client = useLab()
  const lab = useLabStore()
  const isBusy = ref(false)
  return {
    isBusy,
    async send(name, payload) {
      isBusy.value = true
      try {
        return { result: await client.execute(name, payload) }
      } catch (error) {
        lab.addNotice(null, toWireError(error))
        return null
      } finally {
        isBusy.value = false
      }
    },
  }
}
