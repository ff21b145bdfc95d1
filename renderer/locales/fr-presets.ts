/** Les mots des modèles fournis avec le labo, en français. */
import type { presets as english } from './en-presets.ts'

export const presets: typeof english = {
  start: 'Pour commencer',
  paper: 'De l’article',
  figures: 'Figures de l’article',
  table: 'Tableau {number} : {task}',
  tasks: { 1: 'copie de la première entrée', 2: 'débruitage', 3: 'MNIST séquentiel permuté' },
  shown: {
    mse: 'EQM de test ± écart type sur trois graines',
    accuracy: 'Exactitude de test ± écart type sur trois graines',
  },
  metrics: { mse: 'EQM de test', accuracy: 'exactitude de test' },
  impossible: 'Comme imprimé ; aucune série de trois valeurs d’au moins 0 ne peut avoir cet écart type.',
  place: '{cell}, {strategy}, {symbol} = {value}',
  result: '{place} : {mean} ± {std}',
  published: '{table}. Publié : {metric} {mean} ± {std}.',
  of: {
    quick:
      'Copier la première entrée après 100 pas avec un GRU de 128 : sans échauffement, échauffé, et en double couche. Quelques minutes sur deux cœurs.',
    figure1:
      'Figure 1 : perte et VAA d’un GRU sur 8 000 pas de débruitage (n = 100, M = 3 000 ; T = 200, N = 5 et deux couches de 256 sont notre choix).',
    figure2:
      'Figure 2 : VAA* des deux couches et VAA en 1 000 pas d’échauffement sur le débruitage (T = 200, N = 5 et des GRU de 256 sont notre choix ; un pas d’entraînement suit).',
  },
}
