/** The recorded cases of the authors' code (test/golden): their texts enter, since whoever checks has its own way to read files. */
import { verifyCase } from '../../../../main/engine/verify.ts'
import { holds, type Check } from './check.ts'

/** @param cases JSON by name */
export const goldenChecks = (cases: ReadonlyMap<string, string>): Check[] =>
  [...cases].map(([name, text]) => ({
    claim: `${name} comes out as recorded`,
    run: async (backend) => {
      const { ok, maxError } = await verifyCase(text, name, backend)
      return [holds(`errors ${JSON.stringify(maxError)}`, ok)]
    },
  }))
