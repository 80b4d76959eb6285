import type { OsmStreets, Step } from './osm-streets.ts'

/** What a street costs more where only those may drive who stop there, and turning round at a dead end, in ms. */
const DESTINATION_PRICE = 4
const U_TURN_MS = 30_000

/**
 * Dijkstra's algorithm from step to step over every node of the map, with nothing cut, ranked or rounded: slow, and plain
 * enough to be believed. From a node inside a way to others, in seconds and metres.
 */
export function searchBySteps(
  { stepsFrom, restrictions }: OsmStreets,
  start: number,
): ReadonlyMap<number, { seconds: number; metres: number }> {
  const found = new Map<number, { seconds: number; metres: number }>()
  const settled = new Set<Step>()
  const queue: Entry[] = []
  for (const step of stepsFrom.get(start) ?? []) {
    push(queue, { step, price: priceOf(step), ms: step.ms, metres: step.metres })
  }
  for (let entry = pop(queue); entry; entry = pop(queue)) {
    if (settled.has(entry.step)) continue
    settled.add(entry.step)
    const { to } = entry.step
    if (!found.has(to)) found.set(to, { seconds: entry.ms / 1000, metres: entry.metres })
    for (const next of listNext(entry.step)) {
      const extra = next.to === entry.step.from ? U_TURN_MS : 0
      push(queue, {
        step: next,
        price: entry.price + extra + priceOf(next),
        ms: entry.ms + extra + next.ms,
        metres: entry.metres + next.metres,
      })
    }
  }
  return found

  function listNext(step: Step): Step[] {
    const all = stepsFrom.get(step.to) ?? []
    const rules = (restrictions.get(step.to) ?? []).filter(({ fromWayId }) => fromWayId === step.wayId)
    const only = rules.filter(({ isOnly, toWayId }) => isOnly && all.some(({ wayId }) => wayId === toWayId))
    const isFree = (next: Step): boolean =>
      (only.length === 0 || only.some(({ toWayId }) => toWayId === next.wayId)) &&
      !rules.some(
        ({ isOnly, toWayId }) =>
          !isOnly && toWayId === next.wayId && (toWayId !== step.wayId || next.to === step.from),
      )
    const onward = all.filter((next) => next.to !== step.from && isFree(next))
    if (onward.length > 0) return onward
    const isForbidden = rules.some(({ isOnly, toWayId }) => !isOnly && toWayId === step.wayId)
    return isForbidden ? [] : all.filter((next) => next.to === step.from && next.wayId === step.wayId)
  }
}

interface Entry {
  readonly step: Step
  readonly price: number
  readonly ms: number
  readonly metres: number
}

function priceOf({ ms, isDestinationOnly }: Step): number {
  return isDestinationOnly ? ms * DESTINATION_PRICE : ms
}

function push(queue: Entry[], entry: Entry): void {
  let i = queue.length
  queue.push(entry)
  while (i > 0) {
    const parent = (i - 1) >> 1
    if ((queue[parent] as Entry).price <= entry.price) break
    queue[i] = queue[parent] as Entry
    i = parent
  }
  queue[i] = entry
}

function pop(queue: Entry[]): Entry | undefined {
  const least = queue[0]
  const last = queue.pop()
  if (!last || queue.length === 0) return least
  let i = 0
  for (let child = 1; child < queue.length; child = 2 * i + 1) {
    if (child + 1 < queue.length && (queue[child + 1] as Entry).price < (queue[child] as Entry).price) child++
    if ((queue[child] as Entry).price >= last.price) break
    queue[i] = queue[child] as Entry
    i = child
  }
  queue[i] = last
  return least
}
