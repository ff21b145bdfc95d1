import type { cells as english } from './en-cells.ts'

/** The words around cells and their notation, in French. */
export const cells: typeof english = {
  parameters: 'Paramètres de la cellule',
  heads: { symbol: 'Nom', shape: 'Forme', size: 'Ici', role: 'Rôle', beginning: 'Valeurs initiales' },
  roles: {
    'input-matrix': 'matrice d’entrée',
    'recurrent-matrix': 'matrice récurrente',
    bias: 'biais',
    gain: 'gain',
    vector: 'vecteur',
    scalar: 'nombre',
    start: 'départ d’un état',
    constant: 'constante',
  },
  frozen: 'figé',
  rename: 'L’appeler {name} partout',
  warnings: {
    noInput: 'ne lit jamais x : son entrée ne change rien.',
    noRecurrence: 'n’a pas de récurrence et ne retient rien : aucune équation ne lit {states}.',
    unreadStates: 'a des états qu’aucune équation ne lit ; leur contenu est perdu au pas suivant : {states}.',
    roundedNumber: 'a {value} dans ses équations, que float32 ne contient pas : {used} est pris.',
  },
  notation: {
    title: 'La notation des cellules',
    lead: 'Une cellule est un texte, une instruction par ligne ; ce qui suit un # est un commentaire, et une ligne continue tant qu’une parenthèse est ouverte. Les majuscules sont des matrices, x est l’entrée, un nom primé est la nouvelle valeur d’un état. Les formes découlent des équations.',
    constructs: {
      cell: 'Le nom de la cellule, le même partout où on l’appelle.',
      source: 'D’où viennent les équations ; du texte, quel qu’il soit.',
      value: 'Une valeur calculée en route. * est le produit élément par élément.',
      state: 'La nouvelle valeur d’un état ; sans prime, le nom est la valeur avant le pas, qui commence à zéro.',
      start: 'Où un état commence : un vecteur appris à la place de zéro.',
      matrix: 'Une matrice s’applique à ce qui la suit.',
      transpose: 'La matrice transposée ; transpose(W) h dit la même chose, et (W - V) h applique une somme.',
      biasOrGain:
        'Un nom que rien ne définit est un vecteur appris là où il s’ajoute comme biais ou multiplie un produit, un état ou l’entrée comme gain. Partout ailleurs c’est une erreur, sauf s’il est déclaré.',
      constant: 'Un nombre par son nom : négatif ou avec un exposant aussi.',
      declaration: 'Un nombre appris, un vecteur, une matrice (sortie x entrée).',
      fixed:
        'Ceux-ci gardent leurs valeurs initiales : ni gradient ni optimiseur. Ils sont enregistrés et exportés avec les autres.',
      init: 'Comment les paramètres commencent : xavier, orthogonal, identity, uniform, normal, zeros, ones, constant, chrono. Sinon les matrices qui lisent x sont uniformes de Xavier, les autres orthogonales, les vecteurs nuls, les nombres un.',
      overUnits: 'La moyenne et la somme sur les unités d’un vecteur, un nombre pour toutes.',
      step: '1 où x est au-dessus de 0, sinon 0. Sa dérivée est celle de SuperSpike, 1 sur le carré de (1 + pente fois la taille de x) ; la pente est 10 si elle n’est pas donnée.',
      sign: '-1, 0 ou 1. Sa dérivée passe tout droit où x est entre -1 et 1, et vaut 0 ailleurs.',
      output: 'L’état qui est transmis et lu, ou plusieurs côte à côte. Sans cette ligne, h, sinon le premier.',
    },
    functions: 'Fonctions : {functions}.',
  },
}
