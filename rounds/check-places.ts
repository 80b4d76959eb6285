import type { DueBin } from './choose-bins.ts'
import { refuseUnreachable, WHY_UNREACHABLE } from './refuse-unreachable.ts'
import type { Place } from './roads/place.ts'
import type { Roads } from './roads/roads.ts'
import type { RoundInput } from './round-input.ts'
import { listRoundPlaces, type RoundPlaces } from './round-problem.ts'

/**
 * Asks the roads, before any solving, which places are beside no road: rejects with a KerbsideError INVALID_REQUEST for
 * depots, tips, and bins that were asked for by name, due or not. Where no depot is beside a road and most places are not
 * either, the map is of somewhere else, and planning goes by straight lines.
 */
export async function checkPlaces(
  input: RoundInput,
  task: Pick<RoundPlaces, 'lorries'> & { readonly due: readonly DueBin[] },
  roads: Roads,
): Promise<void> {
  if (roads.isEstimated) return
  const { unloadings, depots } = listRoundPlaces(input, task)
  const due = listBins(input, task.due)
  const places = [...due, ...unloadings, ...depots]
  const found = await roads.locate(places.map(({ longitude, latitude }) => ({ longitude, latitude })))
  const unreachable = new Map(found.map(({ placeIndex, reason }) => [placeIndex, WHY_UNREACHABLE[reason]]))
  const isDepotOnMap = depots.some((_, index) => !unreachable.has(places.length - depots.length + index))
  if (!isDepotOnMap && unreachable.size > places.length / 2) return
  refuseUnreachable(input.request, { due, unloadings, depots }, unreachable)
}

/** Those that are due, and those that were asked for by name and have a place. */
function listBins({ request, bins }: RoundInput, due: readonly DueBin[]): (Place & { id: string })[] {
  const ids = new Set([
    ...due.map(({ id }) => id),
    ...(request.deviceIds ?? []),
    ...(request.mustEmpty ?? []),
  ])
  return bins.flatMap(({ id, longitude, latitude }) =>
    ids.has(id) && longitude !== null && latitude !== null ? [{ id, longitude, latitude }] : [],
  )
}
