/** Les fautes d’un plan, comme en-faults.ts. What can be wrong with a design, in French. */
import type { faults as enFaults } from './en-faults.ts'

export const faults: typeof enFaults = {
  types: {
    string: 'un texte',
    number: 'un nombre',
    int: 'un nombre entier',
    boolean: 'vrai ou faux',
    array: 'une liste',
    object: 'un objet',
    record: 'un objet',
    other: 'du bon type',
  },
  noNumber: '« {text} » ne se lit pas comme un nombre. Écrivez 0,003 ou 3e-3 ; d’ici là, rien ne démarre.',
  missing: 'Il n’y a rien ici.',
  type: 'Ce n’est pas {type}.',
  empty: 'C’est vide.',
  tooFew: 'Trop peu : {least} ou plus.',
  longText: 'Trop long : {most} caractères au plus.',
  longList: 'Trop : {most} au plus.',
  tooSmall: 'Trop petit : {least} ou plus.',
  notAbove: 'Trop petit : plus de {least}.',
  tooLarge: 'Trop grand : {most} ou moins.',
  notBelow: 'Trop grand : moins de {most}.',
  choice: 'Ce n’est aucun des choix : {choices}.',
  noField: 'Il n’y a pas de champ {field} ici.',
  seedsEmpty: 'Il faut une graine. Écrivez-en une ou plusieurs, comme 0, 1, 2 ou 0-4.',
  seedsUnread:
    '« {piece} » n’est pas une graine. Les graines sont des entiers sous 2^32, comme 0, 1, 2 ou 0-4 ; d’ici là, rien ne démarre.',
  seedsReversed: 'Dans « {piece} », la première graine est plus grande que la dernière.',
  seedsTooMany: '« {piece} » : plus de graines que les 64 qui s’entraînent côte à côte.',
  seedTwice: 'La graine {seed} figure deux fois.',
  strategyTwice: 'Une stratégie figure deux fois.',
  partsInSomeLayers:
    'Certaines couches ont des parties explicites et d’autres non. Écrivez celles de toutes les couches, ou d’aucune.',
  partsAndStrategies:
    'Les parties explicites disent déjà ce qui est échauffé : retirez les stratégies, ou les parties.',
  noStrategy: 'Choisissez au moins une stratégie.',
  warmUnits: 'Une couche double a deux parties : de ses unités, 1 à {most} peuvent être échauffées.',
  notFloat32: 'Les réseaux calculent en float32, qui ne contient pas l’entier {value} ; le plus proche est {nearest}.',
  halfCharacter: 'Le nom contient la moitié d’un caractère. Tapez-le à nouveau.',
  forbiddenSteps: 'Il n’y a pas de place pour cinq pas marqués : N vaut au plus T − 5 = {most}.',
  groupsNeedSeed:
    'Des groupes de tailles différentes donneraient à chaque graine des parts de tailles différentes : donnez au partage sa propre graine, comme 0.',
  stopWithoutM:
    'Sans M, une mesure de VAA s’arrête quand les états sont au repos : retirez le résidu d’arrêt, ou donnez M.',
  mnistTraining: 'MNIST a 60000 images d’entraînement, dont la validation prend sa part.',
  mnistTest: 'MNIST a 10000 images de test.',
  tooManySeries: 'Il n’y a pas autant de séries différentes : {most} au plus.',
  tooManyOrdered:
    'Un passage mélangé sur autant de séries ne tient pas en mémoire : {most} au plus, ou tirez de nouvelles séries à chaque pas.',
  forkDataset: 'Une bifurcation garde les séries de son essai : {before}. Remettez-les, ou lancez un essai à part.',
  forkLayers:
    'Une bifurcation part des poids de son essai, qui ne vont qu’à ses couches : {before}. Remettez-le, ou lancez un essai à part.',
  forkStrategies: 'Une bifurcation garde la stratégie de son essai : {before}. Remettez-la, ou lancez un essai à part.',
  forkSeeds: 'Une bifurcation garde les graines de son essai : {before}. Remettez-les, ou lancez un essai à part.',
  forkBackend:
    'Une bifurcation garde le moteur de son essai, car d’autres arrondissent autrement : {before}. Remettez-le, ou lancez un essai à part.',
  forkCells:
    'Une bifurcation part des poids de son essai, qui ne vont qu’à ses cellules. Remettez-les, ou lancez un essai à part.',
  forkWarmup: 'À ce point de reprise, l’échauffement est fini : {before}. Remettez-le, ou lancez un essai à part.',
  forkRestarted: 'Un échauffement qui a recommencé garde ses pas : {steps}.',
  forkWarmupTaken: 'Le point de reprise a fait plus de pas d’échauffement : {least} ou plus.',
  forkReached:
    'Le point de reprise a déjà fait ces pas d’entraînement : plus de {steps} pas, ou bifurquez d’un point antérieur.',
  forkBeyond:
    'Le point de reprise a déjà fait plus de pas d’entraînement : plus de {steps} pas, ou bifurquez d’un point antérieur.',
  forkLossReached:
    'Chaque graine a déjà atteint cette perte de validation : moins de {reached}, ou aucune, ou bifurquez d’un point antérieur.',
}
