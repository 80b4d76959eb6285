import type { LorryRound } from '../../model/round.ts'

/** What a bin brings into a lorry. */
export interface Demand {
  readonly litres: number
  readonly kg: number
}

/** What a plan reckons of each bin that it lifts, by its loads. */
export function listDemands(lorries: readonly Pick<LorryRound, 'stops'>[]): Map<string, Demand> {
  const demands = new Map<string, Demand>()
  for (const { stops } of lorries) {
    let carried: Demand = { litres: 0, kg: 0 }
    for (const { deviceId, load, status } of stops) {
      if (deviceId !== null && status !== 'impossible') {
        demands.set(deviceId, {
          litres: load.litres - carried.litres,
          kg: roundKg(load.kg - carried.kg),
        })
      }
      carried = load
    }
  }
  return demands
}

/** Sums of tenths are no tenths in a double. */
export function roundKg(kg: number): number {
  return Math.round(kg * 10) / 10
}
