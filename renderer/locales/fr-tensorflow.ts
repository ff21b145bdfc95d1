/** Les mots de TensorFlow dans les réglages, en français. */
import type { tensorflow as english } from './en-tensorflow.ts'

export const tensorflow: typeof english = {
  title: 'TensorFlow',
  hint: 'La bibliothèque de Google comme moteur de plus. Elle est téléchargée et construite pour cette machine à votre demande ; tous les autres moteurs marchent sans elle.',
  help: 'TensorFlow peut aussi entraîner vos réseaux, sous Linux. Les réglages téléchargent sa bibliothèque et la construisent pour cette machine, disent ce qui manque, font un pas d’entraînement avant qu’elle ne serve, et la retirent ; `lab setup tensorflow` fait de même en ligne de commande.',
  flavour: 'Laquelle',
  flavours: { cpu: 'Pour le processeur', cuda: 'Pour les processeurs graphiques de NVIDIA (CUDA)' },
  cost: '{download} à télécharger, {kept} sur le disque',
  absent: 'Elle n’est pas installée.',
  ready: 'TensorFlow {version}, paquet {packageVersion} : {size}',
  readyFor: {
    cpu: 'Installée pour le processeur.',
    cuda: 'Installée pour les processeurs graphiques de NVIDIA.',
  },
  withoutGpu: 'Elle n’a pas trouvé de processeur graphique utilisable et calcule sur le processeur.',
  step: '{index} sur {count} : {step}',
  steps: {
    check: 'Examen de cette machine',
    package: 'Téléchargement du paquet pour Node',
    library: 'Téléchargement de la bibliothèque',
    unpack: 'Décompression',
    compile: 'Compilation de ce qui les relie',
    trial: 'Un pas d’entraînement à l’essai',
    finish: 'Mise en place',
  },
  ofBytes: '{done} sur {total}',
  failed: 'Elle n’a pas pu être installée.',
  lacks: {
    platform: 'Pour {platform}, il n’y a pas de bibliothèque utilisable : il faut Linux sur x86-64.',
    python: 'Python 3.8 ou plus récent manque. Sous Debian et Ubuntu : apt install python3 python3-venv.',
    pip: 'Python n’a ni pip ni venv. Sous Debian et Ubuntu : apt install python3-venv.',
    space: 'Il faut {needed} GB pour un moment, et {folder} n’a plus que {free} GB.',
    compiler: 'Un compilateur C++ manque. Sous Debian et Ubuntu : apt install g++.',
    npm: 'npm manque : installez Node avec npm.',
    network:
      'npm n’atteint pas son registre de paquets ({words}). Connectez-vous au réseau, ou réglez le registre et le proxy de npm.',
  },
  setUp: 'Installer',
  setUpOther: 'Installer à la place',
  cancel: 'Annuler',
  cancelHint: 'Ce qui est arrivé est gardé pour la prochaine fois.',
  remove: 'Retirer…',
  question: 'Retirer TensorFlow, {size} ? On peut la télécharger de nouveau à tout moment.',
  keep: 'Garder',
  removeNow: 'Retirer',
}
