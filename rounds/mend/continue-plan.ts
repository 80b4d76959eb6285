import type { RoundStop } from '../../model/round.ts'
import type { RoundPlaces } from '../round-problem.ts'
import type { VrpPlan } from '../vrp/solution.ts'

/** What each vehicle had still before it, in the solver's places: what the search begins with. */
export function continuePlan(
  ahead: readonly (readonly RoundStop[])[],
  { due, unloadings }: RoundPlaces,
): VrpPlan {
  const customerOf = new Map(due.map(({ id }, index) => [id, index]))
  const placeOf = (stop: RoundStop): number | undefined => {
    if (stop.deviceId !== null) return customerOf.get(stop.deviceId)
    const tip = unloadings.findIndex(
      ({ tipId, longitude, latitude }) =>
        tipId === stop.tipId &&
        (tipId !== null || (longitude === stop.longitude && latitude === stop.latitude)),
    )
    return tip === -1 ? undefined : due.length + tip
  }
  const routes = ahead.map((stops, vehicle) => ({
    vehicle,
    visits: stops.flatMap((stop) => placeOf(stop) ?? []),
  }))
  const served = new Set(routes.flatMap(({ visits }) => visits))
  return {
    cost: 0,
    routes: routes.filter(({ visits }) => visits.length > 0),
    absent: due.flatMap((_, index) => (served.has(index) ? [] : [index])),
  }
}
