import type { RoundStop } from '../../model/round.ts'
import type { RoundInput, RoundPlan } from '../../rounds/round-input.ts'

/**
 * Walks through a plan as the crew would, by what the plan says and the settings alone: every rule that it breaks, in
 * words. Speeds and lifting times are not known here; only that nobody is faster than light traffic allows.
 */
export function findFaults(input: RoundInput, plan: RoundPlan): string[] {
  const faults: string[] = []
  const mentions = new Map<string, number>()
  for (const { deviceId, reason } of plan.left) {
    mentions.set(deviceId, (mentions.get(deviceId) ?? 0) + 1)
    if (reason.length < 5) faults.push(`${deviceId} is left without a reason`)
  }
  for (const { lorryId, stops, distanceM, durationSeconds } of plan.lorries) {
    const lorry = input.lorries.find(({ id }) => id === lorryId)
    if (!lorry) {
      faults.push(`${lorryId} is no lorry`)
      continue
    }
    const fail = (words: string): number => faults.push(`${lorryId}: ${words}`)
    const [first, last] = [stops[0], stops.at(-1)]
    if (first?.type !== 'start' || last?.type !== 'end') fail('does not go from start to end')
    if (first && last) {
      const seconds = (Date.parse(last.departureTime) - Date.parse(first.arrivalTime)) / 1000
      if (seconds !== durationSeconds) fail(`takes ${seconds} s and says ${durationSeconds}`)
      if (clockAt(first.departureTime, input.timeZone) < lorry.shiftStart) fail('starts before its shift')
      if (clockAt(last.arrivalTime, input.timeZone) > lorry.shiftEnd) fail('ends after its shift')
    }
    let litres = 0
    let metres = 0
    let before: RoundStop | undefined
    let stream: string | null | undefined
    for (const stop of stops) {
      if (before) {
        const leg = haversine(before, stop)
        metres += leg
        const seconds = (Date.parse(stop.arrivalTime) - Date.parse(before.departureTime)) / 1000
        if (seconds < 0) fail(`arrives before it has left, at ${stop.arrivalTime}`)
        if (seconds * 15 < leg - 1) fail(`flies to ${stop.deviceId ?? stop.tipId}`)
      }
      if (stop.departureTime < stop.arrivalTime) fail('leaves before it arrives')
      if (stop.type === 'lift') {
        const bin = input.bins.find(({ id }) => id === stop.deviceId)
        if (!bin) fail(`${stop.deviceId} is no bin`)
        else {
          mentions.set(bin.id, (mentions.get(bin.id) ?? 0) + 1)
          litres += Math.ceil(
            ((bin.forecast?.expectedPercent ?? bin.fillPercent ?? 100) / 100) * (bin.capacityLitres ?? 1_100),
          )
          if (stream !== undefined && stream !== bin.stream) fail(`mixes ${stream} and ${bin.stream}`)
          stream = bin.stream
          const isTaken =
            lorry.streams.length === 0 || bin.stream === null || lorry.streams.includes(bin.stream)
          if (!isTaken) fail(`does not take ${bin.stream}`)
        }
      }
      if (stop.type === 'tip') {
        const tip = input.tips.find(({ id }) => id === stop.tipId)
        if (!tip && (input.tips.length > 0 || stop.tipId !== null)) fail(`${stop.tipId} is no tip`)
        if (tip && tip.streams.length > 0 && stream && !tip.streams.includes(stream)) {
          fail(`brings ${stream} to ${tip.id}`)
        }
        const unloadStart = Date.parse(stop.departureTime) - (tip?.serviceSeconds ?? 900) * 1000
        if (tip && clockAt(new Date(unloadStart).toISOString(), input.timeZone) < tip.opens) {
          fail(`unloads at ${tip.id} before it opens`)
        }
        if (tip && clockAt(stop.departureTime, input.timeZone) > tip.closes) fail(`is late at ${tip.id}`)
        litres = 0
        stream = undefined
      }
      if (stop.load.litres !== litres) fail(`says ${stop.load.litres} l and carries ${litres}`)
      if (litres > lorry.capacity.litres || stop.load.kg > lorry.capacity.kg) fail(`carries ${litres} l`)
      if (stop.type === 'end' && litres > 0) fail('comes home with a load')
      before = stop
    }
    if (distanceM < metres - stops.length) fail(`drives ${distanceM} m where the crow flies ${metres}`)
  }
  for (const [id, count] of mentions) if (count !== 1) faults.push(`${id} is there ${count} times`)
  const asked = input.request.deviceIds ? new Set(input.request.deviceIds) : undefined
  for (const { id } of input.bins) {
    const isAsked = (asked?.has(id) ?? true) || input.request.mustEmpty?.includes(id)
    if (isAsked && !mentions.has(id)) faults.push(`${id} is nowhere`)
    if (!isAsked && mentions.has(id)) faults.push(`${id} was not asked for`)
  }
  return faults
}

function clockAt(time: string, timeZone: string): string {
  const options = {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  } as const
  return new Intl.DateTimeFormat('en-GB', options).format(Date.parse(time)).replace(/:00$/, '')
}

function haversine(a: RoundStop, b: RoundStop): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const h =
    Math.sin(radians(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(radians(a.latitude)) *
      Math.cos(radians(b.latitude)) *
      Math.sin(radians(b.longitude - a.longitude) / 2) ** 2
  return 2 * 6_371_000 * Math.asin(Math.sqrt(h))
}
