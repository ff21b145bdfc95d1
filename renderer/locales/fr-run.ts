/** Ce à quoi un essai arrive, les tracés de son graphique, et ce qu’on en garde en fichier, en français. */
export const headline = {
  title: 'Où il en est',
  loss: 'Perte d’entraînement, {unit}',
  validation: 'Perte de validation, {unit}',
  accuracy: 'Exactitude de validation',
  vaa: 'VAA',
  'vaa-star': 'VAA*',
  test: { mse: 'Perte de test, EQM', accuracy: 'Exactitude de test', 'cross-entropy': 'Perte de test, nats' },
  upTo: 'à',
  notYet: 'pas encore mesuré',
  afterTraining: 'après l’entraînement',
  bestWeights: 'meilleurs poids ; derniers {last}',
  lastWeights: 'derniers poids',
}

export const unit = {
  mse: 'EQM',
  nats: 'nats',
  meanSquare: 'erreur quadratique moyenne',
  crossEntropy: 'entropie croisée, nats',
}

export const plots = {
  loss: 'Perte ({unit})',
  accuracy: 'Exactitude (part de réponses justes)',
  attractors: 'VAA, VAA* (part d’attracteurs différents)',
}

export const across = {
  label: 'Axe',
  step: 'pas',
  log: 'pas, log',
  epoch: 'époques',
  time: 'temps',
  axis: {
    epoch: 'époques de l’entraînement',
    time: 'temps d’entraînement sans les pauses ({unit})',
  },
}

export const exports = {
  what: 'Quoi',
  which: { best: 'meilleure validation', last: 'dernier pas' },
  whichAt: { best: 'meilleure validation jusqu’à {at}', last: 'dernier pas : {at}' },
  kept: {
    last: '{at}',
    'warmed-up': 'fin de l’échauffement : {at}',
    kept: 'gardé en chemin : {at}',
  },
  bestSeed: '{seed}, meilleur test',
  weightsOf: 'Exporter les poids de la graine {seed}',
  csv: 'Exporter les séries',
  config: 'Exporter la configuration',
  about: {
    safetensors:
      'Chaque paramètre d’un réseau en tenseur de nombres à 32 bits, sous les noms de PyTorch là où PyTorch a la cellule ; essai, graine, cellules et classes en métadonnées.',
    npz: 'Chaque paramètre d’un réseau en tableau pour NumPy, sous les noms de PyTorch là où PyTorch a la cellule ; essai, graine, cellules et classes à côté.',
    csv: 'Chaque valeur notée, de toutes les graines : série, phase, pas, graine, valeur.',
    config: 'Le plan entier, chaque valeur par défaut remplie ; `lab run` et la vue des plans l’ouvrent.',
  },
  written: 'Enregistré {file}, {size}.',
  tensors: 'Il contient {count} tenseur de la graine {seed} : | Il contient {count} tenseurs de la graine {seed} :',
  tensorList: 'Tenseurs et leurs dimensions',
}
