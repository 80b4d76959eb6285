import type { Random } from '../../model/random.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { refreshRoute } from './refresh-route.ts'
import type { Route } from './route.ts'
import type { Solution } from './solution.ts'

/** In each route that was changed, one visit to a tip tries another one, drawn at random, and goes there if it is cheaper. */
export function moveTips(prepared: PreparedProblem, solution: Solution, random: Random): void {
  for (const route of solution.kept.touched) {
    const { cost } = route
    if (moveTip(prepared, route, random)) solution.routesCost += route.cost - cost
  }
}

function moveTip(prepared: PreparedProblem, route: Route, random: Random): boolean {
  const { customerCount, streams, tipsOf } = prepared
  const { nodes, length, vehicle, cost } = route
  let visits = 0
  let at = -1
  for (let i = 1; i < length - 1; i++) {
    if ((nodes[i] as number) < customerCount) continue
    visits++
    if (random() * visits < 1) at = i
  }
  if (at === -1) return false
  const before = nodes[at] as number
  const from = nodes[at - 1] as number
  const stream = from < customerCount ? (streams[from] as number) : (vehicle.underWay?.stream ?? -1)
  const tips = tipsOf.get(stream) ?? []
  const tip = tips[Math.floor(random() * tips.length)]
  if (tip === undefined || tip === before) return false
  nodes[at] = tip
  if (refreshRoute(prepared, route) && route.cost < cost) return true
  nodes[at] = before
  refreshRoute(prepared, route)
  return false
}
