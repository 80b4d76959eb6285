import { KerbsideError } from '../model/error.ts'
import type { LorryRound, Round } from '../model/round.ts'
import type { RoundLease } from '../registry/registry.ts'
import type { LorryRecord } from '../store/reading-store.ts'
import type { ApiParts } from './parts.ts'

/**
 * Writes a round that is done to the store, so that dashboards show it beside what was measured. Rejects where the store or
 * the registry is away: then it is to be called again, with the next lease.
 */
export async function recordRound(
  { registry, store }: Pick<ApiParts, 'registry' | 'store'>,
  { lease, round }: { readonly lease: RoundLease; readonly round: Round },
): Promise<void> {
  const { authority, id } = lease
  await store.writeRound({
    authority,
    round: id,
    lorries: round.lorries.map((lorry) => toLorryRecord(lorry, round.estimated)),
  })
  if (await registry.completeRound(lease)) return
  // Somebody else records it now, or its authority was deleted meanwhile, and nothing of it may come back.
  try {
    await registry.getRound(authority, id)
  } catch (error) {
    if (!(error instanceof KerbsideError) || error.code !== 'NOT_FOUND') throw error
    await store.writeRound({ authority, round: id, lorries: [] })
  }
}

function toLorryRecord(
  { lorryId, stops, distanceM, durationSeconds }: LorryRound,
  isEstimated: boolean,
): LorryRecord {
  let [lifts, tips, litres, kg] = [0, 0, 0, 0]
  let carried = { litres: 0, kg: 0 }
  for (const { type, load, status } of stops) {
    if (type === 'lift' && status !== 'impossible') {
      lifts += 1
      litres += load.litres - carried.litres
      kg += load.kg - carried.kg
    } else if (type === 'tip') tips += 1
    carried = load
  }
  return {
    lorry: lorryId,
    time: Date.parse(stops[0]?.departureTime ?? ''),
    distanceM,
    durationSeconds,
    lifts,
    tips,
    litres,
    kg: Math.round(kg * 10) / 10,
    isEstimated,
  }
}
