import type { Round, RoundStop } from '../../../model/round.ts'
import type { MendedRound } from '../../../rounds/mend/mend-round.ts'
import type { RoundInput } from '../../../rounds/round-input.ts'
import { findRuleFaults } from './find-rule-faults.ts'

/**
 * Walks through a mended round by what it says and the settings alone: every rule that it breaks, in words. `litresOf` says
 * what the first plan reckoned of each bin; `isLate` lets lorries come home after their shift.
 */
export function findMendFaults(
  { before, after, input }: { before: Round; after: MendedRound; input: RoundInput },
  { now, isLate = false }: { now: string; isLate?: boolean },
): string[] {
  const faults: string[] = []
  const impossible = new Set(
    after.marks.flatMap(({ type, deviceId }) => (type === 'impossible' ? (deviceId ?? []) : [])),
  )
  const broken = new Map<string, string>()
  for (const { type, lorryId = '', time } of after.marks) {
    if (type === 'breakdown') broken.set(lorryId, time)
    else if (type === 'reopened') broken.delete(lorryId)
  }
  const emptied = new Map<string, number>()
  for (const { lorryId, stops, distanceM } of after.lorries) {
    const lorry = input.lorries.find(({ id }) => id === lorryId)
    const fail = (words: string): number => faults.push(`${lorryId}: ${words}`)
    let litres = 0
    let previous: RoundStop | undefined
    let collected = 0
    for (const stop of stops) {
      if (previous && stop.arrivalTime < previous.departureTime) fail(`is at ${nameOf(stop)} before it left`)
      if (stop.departureTime < stop.arrivalTime) fail(`leaves ${nameOf(stop)} before it is there`)
      if (stop.type === 'lift' && stop.status !== 'impossible') {
        emptied.set(stop.deviceId ?? '', (emptied.get(stop.deviceId ?? '') ?? 0) + 1)
        const bin = input.bins.find(({ id }) => id === stop.deviceId)
        const held = stop.load.litres - litres
        if (held < 0 || held > (bin?.capacityLitres ?? 1_100)) fail(`takes ${held} l of ${stop.deviceId}`)
        collected += 1
        litres = stop.load.litres
      }
      if (stop.type === 'tip') litres = 0
      if (stop.load.litres !== litres) fail(`says ${stop.load.litres} l and carries ${litres}`)
      // What its crew did, or is about to, may be more than was planned.
      const isPlanned = stop.status === 'planned' && previous?.status === 'planned'
      if (isPlanned && stop.type === 'lift' && litres > (lorry?.capacity.litres ?? 0)) {
        fail(`carries ${litres} l`)
      }
      if (
        stop.type === 'lift' &&
        stop.status === 'planned' &&
        Date.parse(stop.departureTime) < Date.parse(now) &&
        hasMarks(stops)
      ) {
        fail(`is to be at ${nameOf(stop)} in the past`)
      }
      previous = stop
    }
    if (broken.has(lorryId)) {
      if ((stops.at(-1)?.departureTime ?? '') > (broken.get(lorryId) ?? '')) fail('goes on, broken')
    } else {
      const first = stops.find(({ type }) => type !== 'break')
      if (first?.type !== 'start' || stops.at(-1)?.type !== 'end') fail('does not go from start to end')
      const shift = Date.parse(`${input.request.date}T${lorry?.shiftEnd}:00+02:00`)
      if (!isLate && Date.parse(stops.at(-1)?.arrivalTime ?? '') > shift) fail('ends after its shift')
    }
    if (stops.filter(({ type }) => type === 'break').length > 1) fail('takes two breaks')
    if (lorry && lorry.breakSeconds > 0 && !broken.has(lorryId) && lengthHours(stops) > 6) {
      if (!stops.some(({ type }) => type === 'break')) fail('takes no break')
    }
    if (collected > (lorry?.dayLimitLifts ?? Number.POSITIVE_INFINITY)) fail(`lifts ${collected} bins`)
    if (!(distanceM >= 0)) fail(`drives ${distanceM} m`)
  }
  for (const [id, count] of emptied) if (count !== 1) faults.push(`${id} is emptied ${count} times`)
  const left = new Map<string, number>()
  for (const { deviceId, reason } of after.left) {
    left.set(deviceId, (left.get(deviceId) ?? 0) + 1)
    if (reason.length < 5) faults.push(`${deviceId} is left without a reason`)
    if (emptied.has(deviceId)) faults.push(`${deviceId} is emptied and left`)
  }
  for (const [id, count] of left) if (count !== 1) faults.push(`${id} is left ${count} times`)
  for (const { stops } of before.lorries) {
    for (const { deviceId, type } of stops) {
      if (type !== 'lift' || deviceId === null || emptied.has(deviceId)) continue
      const isTold = after.changes.some((change) => change.type === 'left' && change.deviceId === deviceId)
      if (!left.has(deviceId)) faults.push(`${deviceId} is nowhere`)
      else if (!isTold && !impossible.has(deviceId)) faults.push(`${deviceId} is left, and nobody is told`)
    }
  }
  for (const { deviceId } of before.left) {
    if (!left.has(deviceId) && !emptied.has(deviceId)) faults.push(`${deviceId} is nowhere`)
  }
  for (const lorry of after.lorries) {
    if (!broken.has(lorry.lorryId)) faults.push(...findRuleFaults(lorry, { after, input, now }))
  }
  faults.push(...findDoneFaults(before, after))
  return faults
}

/** What was done before stays as it was, in its order. */
function findDoneFaults(before: Round, after: MendedRound): string[] {
  return before.lorries.flatMap(({ lorryId, stops }) => {
    const done = stops.filter(({ status }) => status === 'done' || status === 'impossible')
    const now = after.lorries.find((lorry) => lorry.lorryId === lorryId)?.stops.slice(0, done.length) ?? []
    return done.flatMap((stop, index) => {
      const same = now[index]
      const lift = after.marks.findLast(
        ({ deviceId }) => deviceId !== undefined && deviceId === stop.deviceId,
      )
      // Its crew has come back to it, or thought better of it.
      if (lift && lift.type !== 'reading' && lift.type !== stop.status) return []
      const isKept =
        same?.type === stop.type &&
        same.deviceId === stop.deviceId &&
        same.arrivalTime === stop.arrivalTime &&
        same.departureTime === stop.departureTime &&
        same.status === stop.status
      return isKept ? [] : [`${lorryId}: ${nameOf(stop)} was done, and is changed`]
    })
  })
}

function hasMarks(stops: readonly RoundStop[]): boolean {
  return stops.some(({ status }) => status === 'done')
}

function lengthHours(stops: readonly RoundStop[]): number {
  return (
    (Date.parse(stops.at(-1)?.departureTime ?? '') - Date.parse(stops[0]?.departureTime ?? '')) / 3_600_000
  )
}

function nameOf({ type, deviceId, tipId }: RoundStop): string {
  return deviceId ?? tipId ?? type
}
