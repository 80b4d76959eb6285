import type { Round } from '../../model/round.ts'
import type { PlannedBin, RoundInput } from '../round-input.ts'
import { findProgress, type LorryProgress } from './find-progress.ts'
import { listDemands } from './list-demands.ts'
import type { MarkedDay } from './read-marks.ts'

/** How far each lorry has come that is in the plan, or whose crew marked something. `now` in ms since 1970. */
export function listProgress(
  round: Round,
  { bins, tips }: RoundInput,
  day: MarkedDay,
  now: number,
): LorryProgress[] {
  const demands = listDemands(round.lorries)
  const parts = {
    day,
    now,
    findDemand: (deviceId: string) => demands.get(deviceId) ?? demandOfBin(bins, deviceId),
    findPlace: (id: string, kind: 'bin' | 'tip') => placeOf(kind === 'bin' ? bins : tips, id),
  }
  const planned = new Set(round.lorries.map(({ lorryId }) => lorryId))
  const others = new Set(
    [...day.lifts.values(), ...day.tips].flatMap(({ lorryId }) =>
      lorryId === null || planned.has(lorryId) ? [] : lorryId,
    ),
  )
  const unplanned = [...others].map((lorryId) => ({ lorryId, stops: [] }))
  return [...round.lorries, ...unplanned].map((lorry) => findProgress(lorry, parts))
}

function placeOf(
  things: readonly {
    readonly id: string
    readonly longitude: number | null
    readonly latitude: number | null
  }[],
  id: string,
): { longitude: number; latitude: number } | undefined {
  const { longitude, latitude } = things.find((thing) => thing.id === id) ?? {}
  return longitude == null || latitude == null ? undefined : { longitude, latitude }
}

/** Of one that was in no plan: full, as nobody knows any more what it held. */
function demandOfBin(bins: readonly PlannedBin[], deviceId: string): { litres: number; kg: number } {
  const litres = bins.find(({ id }) => id === deviceId)?.capacityLitres ?? UNKNOWN_LITRES
  return { litres, kg: Math.ceil(litres * UNKNOWN_KG_PER_LITRE * 10) / 10 }
}

/** As for bins whose settings do not say. */
const UNKNOWN_LITRES = 1_100
const UNKNOWN_KG_PER_LITRE = 0.12
