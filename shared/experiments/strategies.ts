/** How a network is begun: as it is drawn, warmed up, or as a double layer of which one part is warmed up. In the order in which they are told. */

export const STRATEGIES = ['none', 'warmed-up', 'double'] as const

export type Strategy = (typeof STRATEGIES)[number]

/** Where it stands among them, for an order; before all where there is none, as of a damaged run. */
export const strategyPlace = (strategy: string | null): number => (STRATEGIES as readonly unknown[]).indexOf(strategy)
