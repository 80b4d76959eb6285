import type { LeftBin, Round, RoundStop } from '../../model/round.ts'
import { parseSharedId } from '../../model/shared-id.ts'
import { guessPrices } from '../choose/guess-prices.ts'
import { chooseBins, type DueBin } from '../choose-bins.ts'
import type { RoundInput } from '../round-input.ts'
import type { LorryProgress } from './find-progress.ts'
import type { Demand } from './list-demands.ts'
import type { MarkedDay } from './read-marks.ts'

/** What is still to be emptied. */
export interface OpenBins {
  readonly due: readonly DueBin[]
  /** Bins that stay as they were left, or are left for what was marked; with why. */
  readonly left: readonly LeftBin[]
  /** By bin that was in the plan, the lorry that it was promised to; null where that is over. */
  readonly promised: ReadonlyMap<string, string | null>
}

/**
 * The bins for the rest of the day: those that were in the plan and are not done must be emptied, unless they were marked
 * impossible. Bins whose level reached their threshold since are emptied where that is worth the way.
 */
export function collectBins(
  { round, input, day }: { readonly round: Round; readonly input: RoundInput; readonly day: MarkedDay },
  lorries: readonly LorryProgress[],
  demands: ReadonlyMap<string, Demand>,
): OpenBins {
  const settled = new Set<string>()
  for (const { behind, next } of lorries) {
    for (const { deviceId } of [...behind, next].flatMap((stop) => stop ?? [])) {
      if (deviceId !== null) settled.add(deviceId)
    }
  }
  const stopOf = new Map<string, RoundStop>()
  const promised = new Map<string, string | null>()
  for (const { lorryId, stops } of round.lorries) {
    for (const stop of stops) {
      if (stop.deviceId === null || settled.has(stop.deviceId) || day.lifts.has(stop.deviceId)) continue
      stopOf.set(stop.deviceId, stop)
      promised.set(stop.deviceId, lorryId)
    }
  }
  const leftBefore = new Map(round.left.map((bin) => [bin.deviceId, bin]))
  for (const { deviceId, wasPlanned } of round.left) {
    const isWanted = wasPlanned || round.request.mustEmpty?.includes(deviceId)
    if (isWanted && !settled.has(deviceId) && !day.lifts.has(deviceId)) promised.set(deviceId, null)
  }
  const wanted = round.request.deviceIds && new Set(round.request.deviceIds)
  const risen = input.bins.filter(
    ({ id }) =>
      day.levels.has(id) &&
      (wanted?.has(id) ?? true) &&
      !promised.has(id) &&
      !settled.has(id) &&
      !day.lifts.has(id),
  )
  const must = choose(input, [...promised.keys()])
  const pays = chooseRisen(input, risen)
  return {
    due: [...must.due.map((bin) => asPromised(bin, stopOf.get(bin.id), demands.get(bin.id))), ...pays.due],
    left: [
      ...listImpossible(round, day),
      ...[...must.left, ...pays.left].map((bin) => ({ ...bin, wasPlanned: promised.has(bin.deviceId) })),
      ...[...promised.keys()].flatMap((id) =>
        input.bins.some((bin) => bin.id === id) ? [] : [leaveGone(id, leftBefore.get(id))],
      ),
      ...round.left.filter(
        ({ deviceId }) =>
          !promised.has(deviceId) &&
          !settled.has(deviceId) &&
          !day.lifts.has(deviceId) &&
          !risen.some(({ id }) => id === deviceId),
      ),
    ],
    promised,
  }
}

function choose(
  input: RoundInput,
  ids: readonly string[],
): { due: readonly DueBin[]; left: readonly LeftBin[] } {
  if (ids.length === 0) return { due: [], left: [] }
  const wanted = new Set(ids)
  return chooseBins({
    ...input,
    bins: input.bins.filter(({ id }) => wanted.has(id)),
    request: { ...input.request, deviceIds: [...ids], mustEmpty: [...ids] },
  })
}

/** As choosing in the morning, but nobody promised them: what a day of overflowing costs is what they are worth at most. */
function chooseRisen(
  input: RoundInput,
  risen: readonly RoundInput['bins'][number][],
): { due: readonly DueBin[]; left: readonly LeftBin[] } {
  if (risen.length === 0) return { due: [], left: [] }
  const { overflowCostPerDay } = guessPrices(input.lorries, input.bins.length)
  const priceOf = new Map(risen.map((bin) => [bin.id, bin.overflowCostPerDay ?? overflowCostPerDay]))
  const { due, left } = chooseBins({
    ...input,
    bins: risen,
    request: { ...input.request, deviceIds: risen.map(({ id }) => id), mustEmpty: [] },
  })
  return {
    due: due.map((bin) => ({
      ...bin,
      prize: Math.min(bin.prize, priceOf.get(bin.id) ?? overflowCostPerDay),
    })),
    left,
  }
}

/** It keeps the room and the reason that it was planned with. */
function asPromised(bin: DueBin, stop: RoundStop | undefined, demand: Demand | undefined): DueBin {
  return {
    ...bin,
    litres: Math.max(demand?.litres ?? 0, stop ? 0 : bin.litres),
    kg: Math.max(demand?.kg ?? 0, stop ? 0 : bin.kg),
    reason: stop?.reason ?? bin.reason,
    prize: Number.POSITIVE_INFINITY,
  }
}

function listImpossible(round: Round, day: MarkedDay): LeftBin[] {
  const known = new Map<string, Omit<LeftBin, 'reason'>>(round.left.map((bin) => [bin.deviceId, bin]))
  for (const { stops } of round.lorries) {
    for (const { deviceId, chanceOfOverflow = null, costOfWaiting = null } of stops) {
      if (deviceId === null || known.has(deviceId)) continue
      known.set(deviceId, { deviceId, chanceOfOverflow, costOfWaiting, wasPlanned: true })
    }
  }
  return [...day.lifts].flatMap(([deviceId, { status, reason }]) => {
    if (status !== 'impossible') return []
    const bin = known.get(deviceId) ?? { deviceId, chanceOfOverflow: null, costOfWaiting: null }
    return [{ ...bin, reason: `marked as impossible${reason === null ? '' : `: ${reason}`}` }]
  })
}

function leaveGone(deviceId: string, before: LeftBin | undefined): LeftBin {
  return {
    chanceOfOverflow: null,
    costOfWaiting: null,
    wasPlanned: true,
    ...before,
    deviceId,
    reason: parseSharedId(deviceId) ? 'it is not shared any more' : 'it is there no more',
  }
}
