/** Les mots des hyperparamètres, comme en-fields.ts. The words of the hyperparameters in French. */
import type { fieldGroups as enGroups, fields as enFields } from './en-fields.ts'

export const fields: typeof enFields = {
  name: { label: 'Nom', help: 'Le nom que vous donnez à l’expérience. Ses dossiers et ses graphiques le portent.' },
  dataset: {
    kind: {
      label: 'Données',
      help: 'Ce que le réseau doit apprendre. La copie de la première entrée et le débruitage sont tirés de la graine ; MNIST séquentiel lit une image comme une série ; vos propres séries viennent d’un fichier à vous (NPZ, CSV, UCR, UEA).',
      options: {
        'copy-first-input': 'Copie de la première entrée',
        denoising: 'Débruitage',
        mnist: 'MNIST séquentiel',
        file: 'Séries à soi',
      },
    },
    steps: {
      label: 'Pas d’une série',
      help: 'T : le nombre de valeurs d’une série. Plus elle est longue, plus longtemps le réseau doit se souvenir ; l’article va jusqu’à 600.',
    },
    forbiddenSteps: {
      label: 'Pas sans marque',
      help: 'N : aucune valeur n’est marquée dans les N derniers pas, si bien que les cinq valeurs sont à retenir au moins aussi longtemps. Au plus T − 5.',
    },
    order: {
      label: 'Ordre des pixels',
      help: 'Comment une image devient une série : 784 pixels, ou 28 lignes de 28 pixels, tels quels ou mélangés par une permutation fixe, qui efface les voisinages de l’image.',
      options: {
        pixels: 'Pixel par pixel',
        'permuted-pixels': 'Pixel par pixel, permutés',
        rows: 'Ligne par ligne',
        'permuted-rows': 'Ligne par ligne, permutées',
      },
    },
    permutationSeed: {
      label: 'Graine de la permutation',
      help: 'Tire l’unique permutation que voient toutes les graines de l’expérience.',
    },
    blankSteps: {
      label: 'Pas vides',
      help: 'p : des pas de valeur 0 après l’image, pendant lesquels la classe est à retenir.',
    },
    path: {
      label: 'Fichier',
      help: 'Votre fichier NPZ (tableaux inputs [séries, T, I], targets, et au besoin lengths, mask) ou texte : CSV en forme longue (une ligne par pas, colonnes nommées ; séparateur, virgule décimale et dates comme pas sont trouvés), UCR (une série par ligne, son étiquette d’abord), UEA (.ts, .arff). Les chemins relatifs partent du dossier des essais et des réglages.',
    },
    testPath: {
      label: 'Fichier de test',
      help: 'Un second fichier du même genre dont toutes les séries sont pour le test, comme X_TEST à côté de X_TRAIN ; la validation est tirée du premier.',
      empty: 'les séries de test sont du même fichier',
    },
    task: {
      label: 'Tâche',
      help: 'La régression prédit des nombres (perte : erreur quadratique moyenne), la classification l’une de plusieurs classes, nombres ou mots (perte : entropie croisée).',
      options: { regression: 'Régression', classification: 'Classification' },
    },
    targets: {
      label: 'Cibles',
      help: 'Où le réseau est lu : après le dernier pas d’une série (son étiquette peut être dans une ligne quelconque d’un CSV, ou dans toutes), ou à chaque pas que le fichier marque (un masque en NPZ, une cellule cible remplie en CSV).',
      options: { 'last-step': 'Le dernier pas', 'marked-steps': 'Les pas marqués' },
    },
    classes: {
      label: 'Classes',
      help: 'Les étiquettes sont des nombres ou des mots. Les étiquettes 3 et 5 sont deux classes, 3 et 5 ; numérotées à partir de 0, elles sont six, dont quatre ne paraissent jamais.',
      options: { occurring: 'Celles qui paraissent', numbered: 'Numérotées à partir de 0' },
    },
    counts: {
      train: {
        label: 'Séries d’entraînement',
        help: 'Les séries d’entraînement ; un passage sur elles est une époque.',
      },
      validation: {
        label: 'Séries de validation',
        help: 'Séries tenues hors de l’entraînement. Les meilleurs poids d’un essai sont ceux de la meilleure validation ; 0 prend les derniers.',
      },
      test: { label: 'Séries de test', help: 'Séries de l’unique test à la fin, qui donne le résultat d’un essai.' },
    },
    fresh: {
      label: 'Séries neuves à chaque pas',
      help: 'Tire de nouvelles séries à chaque pas, si bien qu’aucune n’est vue deux fois, au lieu de repasser sur le même ensemble.',
    },
    split: {
      validation: {
        label: 'Part de validation',
        help: 'Part des séries du fichier réservée à la validation, une au moins ; 0 : pas de validation, et les meilleurs poids sont les derniers. Si le fichier ne donne que ses séries d’entraînement, une part de celles-ci.',
      },
      test: {
        label: 'Part de test',
        help: 'Part des séries du fichier gardée pour le test final, une au moins. Sans effet si le fichier donne ses séries de test.',
      },
      seed: {
        label: 'Graine du partage',
        help: 'Tire la place de chaque série. Elle est distincte des graines d’entraînement, qui partagent ainsi un même test. Les classes ne sont pas équilibrées.',
        empty: 'chaque graine tire son partage',
      },
      group: {
        label: 'Gardées ensemble par',
        help: 'La colonne (CSV) ou le tableau (NPZ) qui dit de qui vient une série, tel un sujet : toutes ses séries sont du même côté, et les parts sont approchées autant que les groupes le permettent.',
        empty: 'chaque série pour elle-même',
      },
      given: {
        label: 'Partage donné par',
        help: 'La colonne ou le tableau qui dit train, validation (ou val) ou test de chaque série. Ce qu’il ne donne pas est tiré de ses séries d’entraînement selon sa part.',
        empty: 'tiré selon les parts',
      },
    },
  },
  warmup: {
    steps: {
      label: 'Pas',
      help: 'S : pas de gradient de l’échauffement (algorithme 3), avant l’entraînement et sans cibles. 0 l’omet.',
    },
    curriculumIncrement: {
      label: 'Incrément du programme',
      help: 'c : de combien la borne M* croît après chaque pas d’échauffement. M* part de 1 et devient min(M, M* + c) : on demande d’abord des états vite différents, puis des états qui le restent.',
    },
    maxConvergenceSteps: {
      label: 'Plus grand M*',
      help: 'M : où la borne M* cesse de croître. À chaque pas, les états convergent pendant un nombre de pas tiré entre 1 et M*.',
    },
    target: {
      label: 'VAA* visée',
      help: 'k : la VAA* que l’échauffement vise dans chaque couche ; sa perte est la moyenne de (VAA* − k)². Près de 1, presque chaque série finit dans un attracteur à elle.',
    },
    epsilon: {
      label: 'Tolérance',
      help: 'ε : deux états plus proches que cela comptent pour un seul attracteur dans VAA*.',
    },
    batch: {
      label: 'Lot',
      help: 'B : séries dont les états finaux sont comparés à un pas d’échauffement. VAA* ne peut descendre sous 1/B.',
    },
    masked: {
      label: 'Seules les parties échauffées bougent',
      help: 'Comme dans la prépublication, l’échauffement d’une double couche ne change que sa partie échauffée. Sinon, comme dans le code ultérieur des auteurs, toute variable que le gradient atteint bouge.',
    },
    restartAbove: {
      label: 'Recommencer au-dessus de VAA*',
      help: 'Une graine dont la VAA* d’une couche finit au-dessus est trop multistable pour être entraînée : elle reçoit de nouvelles valeurs initiales et est échauffée de nouveau.',
    },
    maxRestarts: { label: 'Reprises au plus', help: 'Après tant de recommencements, l’essai échoue et le dit.' },
  },
  optimizer: {
    learningRate: {
      label: 'Taux d’apprentissage',
      help: 'lr : la taille d’un pas de l’optimiseur. L’article prend 1e-2 pour l’échauffement et 1e-3 pour l’entraînement.',
    },
    kind: {
      label: 'Méthode',
      help: 'Adam, AdamW (décroissance des poids à côté du pas) ou descente de gradient stochastique. La prépublication nomme SGD pour l’échauffement, le code des auteurs emploie Adam.',
      options: { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' },
    },
    beta1: {
      label: 'Mémoire de la moyenne',
      help: 'β₁ : ce qui reste de la moyenne glissante du gradient d’un pas à l’autre.',
    },
    beta2: {
      label: 'Mémoire du carré',
      help: 'β₂ : ce qui reste de la moyenne glissante du carré du gradient d’un pas à l’autre.',
    },
    epsilon: {
      label: 'Plus petit diviseur',
      help: 'Ajouté à la racine de la moyenne des carrés, pour que rien ne soit divisé par 0.',
    },
    momentum: { label: 'Inertie', help: 'Ce qui reste du dernier pas dans celui-ci ; 0 pour aucune.' },
    weightDecay: {
      label: 'Décroissance des poids',
      help: 'Tire les poids vers 0 à chaque pas ; comme terme du gradient avec Adam et SGD, à côté avec AdamW. 0 pour aucune.',
    },
    clipNorm: {
      label: 'Plus grande norme du gradient',
      help: 'Un gradient dont la norme sur tous les paramètres est plus grande y est ramené.',
      empty: 'non borné',
    },
  },
  training: {
    steps: {
      label: 'Pas',
      help: 'Pas de gradient de l’entraînement. Laissez vide pour compter en époques.',
      empty: 'par époques',
    },
    epochs: { label: 'Époques', help: 'Passages sur les séries d’entraînement.' },
    batch: { label: 'Lot', help: 'B : séries d’un pas de gradient.' },
    validateEverySteps: {
      label: 'Valider tous les',
      help: 'Pas d’entraînement entre deux regards sur les séries de validation.',
      empty: 'une fois par époque',
    },
    stopAtLoss: {
      label: 'Arrêter à la perte',
      help: 'L’entraînement finit tôt dès que la perte de validation de chaque graine est à ce niveau ou dessous.',
      empty: 'jamais tôt',
    },
    truncateEvery: {
      label: 'Couper les gradients tous les',
      help: 'Rétropropagation tronquée dans le temps : le gradient ne passe pas les pas multiples de ce nombre. N’épargne pas de mémoire ici, mais montre ce que la troncature coûte.',
      empty: 'non tronqués',
    },
    dropout: {
      label: 'Abandon entre couches',
      help: 'Part des sorties d’une couche mises à 0 sur leur chemin vers la suivante, à l’entraînement seulement.',
    },
    schedule: {
      kind: {
        label: 'Évolution',
        help: 'Comment le taux d’apprentissage change avec les époques : constant ; multiplié par un facteur de temps en temps ; le long d’un demi-cosinus ; cosinus recommencé ; ou plus bas quand la perte de validation stagne.',
        options: {
          constant: 'Constante',
          step: 'Par paliers',
          cosine: 'Cosinus',
          'warm-restarts': 'Cosinus recommencé',
          plateau: 'Sur un plateau',
        },
      },
      everyEpochs: {
        label: 'Abaissé toutes les',
        help: 'Époques après lesquelles le taux d’apprentissage est multiplié par le facteur.',
      },
      periodEpochs: { label: 'Première période', help: 'Époques du début au premier recommencement.' },
      periodFactor: {
        label: 'Croissance de la période',
        help: 'Chaque période est autant de fois plus longue que la précédente.',
      },
      patienceEpochs: {
        label: 'Patience',
        help: 'Époques sans meilleure perte de validation avant que le taux ne baisse.',
      },
      factor: { label: 'Facteur', help: 'Ce par quoi le taux d’apprentissage est multiplié.' },
      finalFactor: { label: 'Facteur final', help: 'Ce qui reste du taux d’apprentissage à la fin du cosinus.' },
      minimumFactor: {
        label: 'Plus petit facteur',
        help: 'Le taux d’apprentissage ne descend pas sous cette part du premier.',
      },
    },
    regulariser: {
      label: 'VAA* comme régularisation',
      help: 'Ajoute λ · moyenne (VAA* − k)² à la perte d’entraînement, pour garder la multistabilité due à l’échauffement. Une extension du labo.',
      weight: { label: 'Poids', help: 'λ : combien la régularisation compte à côté de la perte.' },
      everySteps: {
        label: 'Comptée tous les',
        help: 'Pas d’entraînement entre deux où la régularisation compte ; elle coûte environ un pas d’échauffement.',
      },
      maxConvergenceSteps: {
        label: 'Plus longue convergence',
        help: 'M : les états convergent pendant un nombre de pas tiré entre 1 et M.',
      },
      target: { label: 'VAA* gardée', help: 'k : la VAA* que vise la régularisation.' },
      epsilon: { label: 'Tolérance', help: 'ε : deux états plus proches comptent pour un seul attracteur.' },
    },
  },
  checkpointEverySteps: {
    label: 'Sauver tous les',
    help: 'Pas entre deux points de reprise, d’où un essai repart bit pour bit après une panne ; moins souvent s’ils prenaient plus d’un centième du temps. Une pause sauve aussitôt.',
  },
  keepCheckpointEverySteps: {
    label: 'Garder un point tous les',
    help: 'Pas d’entraînement entre les points de reprise qui restent, d’où l’essai peut bifurquer. Chacun prend autant de place que le dernier.',
    empty: 'aucun',
  },
  measures: {
    everySteps: {
      label: 'Mesurer tous les',
      help: 'Pas d’entraînement entre deux mesures de VAA et VAA* ; 0 ne mesure jamais. Elles le sont aussi avant et après l’échauffement.',
      empty: 'une fois par époque',
    },
    histograms: {
      label: 'Garder les histogrammes',
      help: 'Comment les poids de chaque partie d’une couche se répartissent, et le gradient de la perte d’entraînement par rapport à eux, chaque fois que VAA est due. Le gradient est celui des 16 premières séries d’entraînement (moins si un lot est plus petit), pendant l’échauffement aussi ; sans dropout ni régularisation. Aucun bit de l’entraînement n’en dépend.',
    },
    vaa: {
      label: 'Mesurer VAA',
      help: 'VAA (algorithme 1) : la variabilité entre attracteurs, de 1/n (un seul pour toutes les séries) à 1 (un pour chacune). Après chaque série, une entrée constante aléatoire est donnée jusqu’à ce que les états aient convergé. Au repos, elle compte des attracteurs ; où des états sont encore en chemin, elle est entre deux valeurs.',
      series: {
        label: 'Séries comparées',
        help: 'n : séries dont les états sont comparés. La mesure coûte n parcours de M pas.',
      },
      convergenceSteps: {
        label: 'Convergence',
        help: 'M : pas pendant lesquels les états convergent avant d’être comparés. Sans lui, chacun avance jusqu’au repos, à moins de ε/4 du but, si bien que VAA compte des attracteurs. L’article en prend 3 000, le code de ses auteurs 10 000 ; le labo dit quels états ne s’étaient pas posés.',
        empty: 'jusqu’au repos',
      },
      maxConvergenceSteps: {
        label: 'Convergence, au plus',
        help: 'Pas après lesquels les états qui ne sont pas au repos sont abandonnés. VAA est alors entre deux valeurs : tous vont vers un seul attracteur, ou chacun vers le sien.',
      },
      epsilon: { label: 'Tolérance', help: 'ε : deux états plus proches sont un seul attracteur.' },
      draws: {
        label: 'Tirages',
        help: 'Mesures sur de nouvelles séries, troncatures et entrées, dont la moyenne est donnée. Plus il y en a, moins il y a de bruit.',
      },
      stopResidual: {
        label: 'Arrêter quand les états bougent de moins de',
        help: 'Finit la convergence tôt quand aucun état n’a bougé de plus pendant 16 pas. Plus rapide ; de lentes dérives peuvent passer pour des attracteurs.',
        empty: 'tous les M pas',
      },
    },
    vaaStar: {
      label: 'Mesurer VAA*',
      help: 'VAA* (algorithme 2) : le substitut dérivable que l’échauffement élève, pour chaque couche seule.',
      convergenceSteps: {
        label: 'Convergence',
        help: 'M : pas pendant lesquels les états de chaque couche convergent seuls. L’échauffement lui-même va jusqu’à M*.',
      },
      epsilon: { label: 'Tolérance', help: 'ε : des états plus proches ne font aucune distance.' },
    },
  },
  seeds: {
    label: 'Graines',
    help: 'Nombres entiers séparés par des virgules. Chacune tire ses données, valeurs initiales et ordre ; toutes s’entraînent côte à côte en un programme, et les graphiques montrent moyenne et écart.',
  },
  backend: {
    label: 'Moteur',
    help: 'Quel moteur calcule. Automatique prend le plus rapide qui marche sur cette machine ; la référence est lente, en float64, et faite pour vérifier.',
    options: {
      auto: 'Automatique',
      wasm: 'WebAssembly (processeur)',
      webgpu: 'WebGPU (carte graphique)',
      tensorflow: 'TensorFlow',
      reference: 'Référence (float64)',
    },
  },
}

export const fieldGroups: typeof enGroups = {
  data: { label: 'Données', task: 'Tâche', counts: 'Séries et partage' },
  warmup: {
    label: 'Échauffement',
    length: 'Durée',
    curriculum: 'Programme',
    optimizer: 'Optimiseur',
    restarts: 'Reprises',
  },
  training: {
    label: 'Entraînement',
    length: 'Durée',
    validation: 'Validation et arrêt anticipé',
    optimizer: 'Optimiseur',
    schedule: 'Évolution du taux d’apprentissage',
    gradients: 'Dropout et troncature',
    regulariser: 'Régularisation',
    checkpoints: 'Points de reprise',
  },
  measures: { label: 'Mesures', when: 'Quand', vaa: 'VAA', vaaStar: 'VAA*' },
  engine: { label: 'Moteur', engine: 'Moteur' },
}
