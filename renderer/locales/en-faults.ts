/** What can be wrong with a design, by the names of shared/errors/schema-words.ts, shared/experiments/read-config.ts and seeds.ts. */
import { TYPE_WORDS } from '../../shared/errors/schema-words.ts'

export const faults = {
  types: { ...TYPE_WORDS, other: 'of the right kind' } as Record<keyof typeof TYPE_WORDS | 'other', string>,
  noNumber:
    '“{text}” cannot be read as a number. Write it as 0.003 or 3e-3, without commas; until then nothing starts.',
  missing: 'Nothing stands here.',
  type: 'This is not {type}.',
  empty: 'This is empty.',
  tooFew: 'Too few: {least} or more.',
  longText: 'Too long: at most {most} characters.',
  longList: 'Too many: at most {most}.',
  tooSmall: 'Too small: {least} or more.',
  notAbove: 'Too small: more than {least}.',
  tooLarge: 'Too large: {most} or less.',
  notBelow: 'Too large: less than {most}.',
  choice: 'This is none of the choices: {choices}.',
  noField: 'There is no field {field} here.',
  seedsEmpty: 'A run needs a seed. Write one or more, as 0, 1, 2 or 0-4.',
  seedsUnread:
    '“{piece}” is no seed. Seeds are whole numbers under 2^32, as 0, 1, 2 or 0-4; until then nothing starts.',
  seedsReversed: 'In “{piece}” the first seed is larger than the last.',
  seedsTooMany: '“{piece}” are more seeds than the 64 that train side by side.',
  seedTwice: 'Seed {seed} stands twice.',
  strategyTwice: 'A strategy stands twice.',
  partsInSomeLayers: 'Some layers have explicit parts and others have not. Write the parts of every layer, or of none.',
  partsAndStrategies: 'Explicit parts already say what is warmed: leave out the strategies, or the parts.',
  noStrategy: 'Choose at least one strategy.',
  warmUnits: 'A double layer has two parts: of its units, 1 to {most} can be warmed.',
  notFloat32:
    'Networks compute in float32, which does not hold the whole number {value}; the nearest one is {nearest}.',
  halfCharacter: 'The name holds half of a character. Type it again.',
  forbiddenSteps: 'There is no room for five marked steps: N is at most T − 5 = {most}.',
  groupsNeedSeed:
    'Groups of different sizes would give each seed splits of other sizes: give the split a seed of its own, such as 0.',
  stopWithoutM:
    'Without an M, a run of VAA stops when states are at rest: leave out the residual to stop at, or give an M.',
  mnistTraining: 'MNIST has 60000 training images, of which validation takes its share.',
  mnistTest: 'MNIST has 10000 test images.',
  tooManySeries: 'There are not so many different series: at most {most}.',
  tooManyOrdered:
    'A shuffled pass over so many series does not fit in memory: at most {most}, or draw new series for every step.',
  forkDataset: 'A fork goes on with the series of its run: {before}. Put it back, or start a run of its own.',
  forkLayers:
    'A fork goes on with the weights of its run, which fit its layers alone: {before}. Put it back, or start a run of its own.',
  forkStrategies: 'A fork goes on with the strategy of its run: {before}. Put it back, or start a run of its own.',
  forkSeeds: 'A fork goes on with the seeds of its run: {before}. Put them back, or start a run of its own.',
  forkBackend:
    'A fork goes on with the backend of its run, since others round differently: {before}. Put it back, or start a run of its own.',
  forkCells:
    'A fork goes on with the weights of its run, which fit its cells alone. Put them back, or start a run of its own.',
  forkWarmup: 'The warm-up is over at this checkpoint: {before}. Put it back, or start a run of its own.',
  forkRestarted: 'A warm-up that has begun anew keeps its steps: {steps}.',
  forkWarmupTaken: 'The checkpoint has taken more steps of warm-up: {least} or more.',
  forkReached:
    'The checkpoint has taken these steps of training already: more than {steps} steps, or fork from an earlier checkpoint.',
  forkBeyond:
    'The checkpoint has taken more steps of training already: more than {steps} steps, or fork from an earlier checkpoint.',
  forkLossReached:
    'Every seed has reached this validation loss already: less than {reached}, or leave it out, or fork from an earlier checkpoint.',
}
