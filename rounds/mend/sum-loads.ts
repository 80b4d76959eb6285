import type { RoundStop } from '../../model/round.ts'
import type { RoundInput } from '../round-input.ts'

/** The stream of the last lift since the last tip; null where it has none, or nothing is carried. */
export function streamCarried({ bins }: RoundInput, stops: readonly (RoundStop | null)[]): string | null {
  for (const stop of stops.toReversed()) {
    if (stop?.type === 'tip') return null
    if (stop?.type === 'lift' && stop.status !== 'impossible') {
      return bins.find(({ id }) => id === stop.deviceId)?.stream ?? null
    }
  }
  return null
}

/** Lifts since the last tip. */
export function countLoaded(stops: readonly RoundStop[]): number {
  const since = stops.slice(stops.findLastIndex(({ type }) => type === 'tip') + 1)
  return since.filter(isLift).length
}

/** Litres, kilograms and lifts of all trips together. */
export function collectedBy(stops: readonly RoundStop[]): [number, number, number] {
  let [litres, kg, lifts] = [0, 0, 0]
  let carried: RoundStop['load'] = { litres: 0, kg: 0 }
  for (const stop of stops) {
    if (isLift(stop)) {
      litres += stop.load.litres - carried.litres
      kg += stop.load.kg - carried.kg
      lifts += 1
    }
    carried = stop.load
  }
  return [litres, kg, lifts]
}

function isLift({ type, status }: RoundStop): boolean {
  return type === 'lift' && status !== 'impossible'
}
