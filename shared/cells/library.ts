/** The cells that come with the lab, by name. To add one: a file beside this, and a line here. */
import { antisymmetricRnn } from './antisymmetric-rnn.ts'
import { brc } from './brc.ts'
import { cfc } from './cfc.ts'
import { cornn } from './cornn.ts'
import { gru } from './gru.ts'
import { indrnn } from './indrnn.ts'
import { janet } from './janet.ts'
import { layerNormGru } from './layer-norm-gru.ts'
import { chronoLstm, chronoLstmOnce, lstm } from './lstm.ts'
import { mgu } from './mgu.ts'
import { minimalRnn } from './minimal-rnn.ts'
import { nbrc } from './nbrc.ts'
import { peepholeLstm } from './peephole-lstm.ts'
import { irnn, rnn } from './rnn.ts'

/** Those that the lab had from the first. */
const firstCells = {
  gru,
  lstm,
  'chrono-lstm': chronoLstm,
  'chrono-lstm-once': chronoLstmOnce,
  mgu,
  brc,
  nbrc,
}

export const builtInCells: Readonly<Record<string, string>> = {
  ...firstCells,
  rnn,
  irnn,
  indrnn,
  'peephole-lstm': peepholeLstm,
  cornn,
  'minimal-rnn': minimalRnn,
  janet,
  cfc,
  'layer-norm-gru': layerNormGru,
  'antisymmetric-rnn': antisymmetricRnn,
}

/** Of cells that the lab has gained since: a design that was kept may call a cell of its own so, and still means the text that it carries. */
export const isGainedCell = (name: string): boolean =>
  Object.hasOwn(builtInCells, name) && !Object.hasOwn(firstCells, name)
