/** The cells that come with the lab, by name. To add one: a file beside this, and a line here. */
import { brc } from './brc.ts'
import { gru } from './gru.ts'
import { chronoLstm, chronoLstmOnce, lstm } from './lstm.ts'
import { mgu } from './mgu.ts'
import { nbrc } from './nbrc.ts'

export const builtInCells: Readonly<Record<string, string>> = {
  gru,
  lstm,
  'chrono-lstm': chronoLstm,
  'chrono-lstm-once': chronoLstmOnce,
  mgu,
  brc,
  nbrc,
}
