import type { LorryRound, RoundStop } from '../../model/round.ts'
import { formatTime } from '../../model/time.ts'
import type { Place } from '../roads/place.ts'
import { type Demand, roundKg } from './list-demands.ts'
import type { MarkedDay } from './read-marks.ts'

/** How far a lorry has come. */
export interface LorryProgress {
  readonly lorryId: string
  /** What is over, in order: nothing of it changes any more. Empty where it has not left. */
  readonly behind: readonly RoundStop[]
  /** The next stop, which it is on its way to. */
  readonly next: RoundStop | null
  /** What the plan had it do after that, without its way home. */
  readonly ahead: readonly RoundStop[]
  /** All that the plan had it do still, from the next stop to its way home. */
  readonly rest: readonly RoundStop[]
  readonly isRested: boolean
  readonly isBroken: boolean
  /** It is back: nothing more is asked of it. */
  readonly isHome: boolean
}

export interface ProgressParts {
  readonly day: MarkedDay
  /** In ms since 1970. */
  readonly now: number
  /** Of bins that are in no plan. */
  readonly findDemand: (deviceId: string) => Demand
  /** Where bins and tips stand that are in no plan. */
  readonly findPlace: (id: string, kind: 'bin' | 'tip') => Place | undefined
}

/**
 * Where a lorry is, by what its crew marked. A crew that has marked nothing so far is taken to be on time. What lies before
 * a lift that is done, be it a break or a tip, is done too, but not other lifts: those are still to be done. A crew that
 * marks its next lift as impossible stands before it.
 */
export function findProgress(
  lorry: Pick<LorryRound, 'lorryId' | 'stops'>,
  parts: ProgressParts,
): LorryProgress {
  const { day } = parts
  const { lorryId } = lorry
  const now = Math.min(parts.now, day.broken.get(lorryId)?.time ?? parts.now)
  const isOver = (stop: RoundStop): boolean =>
    isFinished(stop) &&
    (stop.type !== 'lift' || day.lifts.get(stop.deviceId as string)?.status === stop.status)
  const kept = lorry.stops.filter(isOver)
  const open = lorry.stops.filter((stop) => !isOver(stop) && !isElsewhere(stop, lorryId, day))
  const finished = finishMarked(lorry, { kept, open }, parts)
  const behind = [...kept, ...finished.stops]
  let rest = finished.open
  const hasMarks = behind.some(({ type }) => type === 'lift' || type === 'tip')
  const isBroken = day.broken.has(lorryId)
  if (!hasMarks) {
    const due = rest.findIndex(({ departureTime }) => Date.parse(departureTime) > now)
    const count = due === -1 ? rest.length : due
    behind.push(...rest.slice(0, count))
    rest = rest.slice(count)
  } else if (!rest.some(({ type }) => type === 'lift')) {
    // With nothing left to lift nobody marks the way home, nor what a lorry did of it before it broke down.
    rest = delay(rest, behind, lorry)
    while (rest[0] && Date.parse(rest[0].departureTime) <= now) {
      const stop = rest.shift() as RoundStop
      behind.push(isBroken ? { ...stop, status: 'done' } : stop)
    }
  }
  const last = behind.at(-1)
  const hasLeft = last !== undefined && Date.parse(last.departureTime) <= now
  if (hasLeft && !isBroken) standBefore(rest, behind, day)
  rest = rest.filter(({ deviceId }) => deviceId === null || !day.lifts.has(deviceId))
  const [pause] = rest[0]?.type === 'break' ? delay(rest.slice(0, 1), behind, lorry) : []
  if (pause && hasLeft && !isBroken && Date.parse(pause.arrivalTime) <= now) {
    rest.shift()
    behind.push(pause)
  }
  const isHome = behind.at(-1)?.type === 'end'
  const next = hasLeft && !isBroken && !isHome ? findNext(rest, behind, now) : null
  return {
    lorryId,
    behind: withLoads(behind, parts, lorry),
    next,
    rest,
    ahead: rest.filter(
      (stop) => stop !== next && stop.type !== 'start' && stop.type !== 'end' && stop.type !== 'break',
    ),
    isRested: behind.some(({ type }) => type === 'break'),
    isBroken,
    isHome,
  }
}

/** Of what is next in the plan: as late as the crew was at the stop before it, since it marked that one. */
function delay(
  next: readonly RoundStop[],
  behind: readonly RoundStop[],
  { stops }: Pick<LorryRound, 'stops'>,
): RoundStop[] {
  const [first] = next
  const last = behind.at(-1)
  if (!first || !last) return [...next]
  const planned = stops[stops.indexOf(first) - 1]
  // What came before it in the plan may be still to be done, or never.
  const due = Math.min(Date.parse(planned?.departureTime ?? first.arrivalTime), Date.parse(first.arrivalTime))
  const lateMs = Date.parse(last.departureTime) - due
  if (lateMs <= 0) return [...next]
  const later = (time: string): string => formatTime(Date.parse(time) + lateMs)
  return next.map((stop) => ({
    ...stop,
    arrivalTime: later(stop.arrivalTime),
    departureTime: later(stop.departureTime),
  }))
}

function isFinished({ status }: RoundStop): boolean {
  return status === 'done' || status === 'impossible'
}

/** Another lorry did it. */
function isElsewhere({ deviceId }: RoundStop, lorryId: string, { lifts }: MarkedDay): boolean {
  if (deviceId === null) return false
  const lift = lifts.get(deviceId)
  return lift?.status === 'done' && lift.lorryId !== null && lift.lorryId !== lorryId
}

interface Finished {
  readonly stop: RoundStop
  /** When it was left. */
  readonly time: number
}

/** What marks say is done since, in the order of its times, and what lies before it in the plan; and what is open still. */
function finishMarked(
  { lorryId, stops }: Pick<LorryRound, 'lorryId' | 'stops'>,
  { kept, open }: { readonly kept: readonly RoundStop[]; readonly open: readonly RoundStop[] },
  { day, findPlace }: ProgressParts,
): { stops: RoundStop[]; open: RoundStop[] } {
  const done: Finished[] = []
  const keptUntil = Math.max(0, ...kept.map(({ departureTime }) => Date.parse(departureTime)))
  for (const stop of open) {
    const lift = stop.deviceId === null ? undefined : day.lifts.get(stop.deviceId)
    if (lift?.status === 'done') done.push({ stop, time: lift.time })
  }
  const own = new Set(stops.flatMap(({ deviceId }) => deviceId ?? []))
  for (const [deviceId, { status, time, lorryId: by }] of day.lifts) {
    const place = status === 'done' && by === lorryId && !own.has(deviceId) && findPlace(deviceId, 'bin')
    if (place) done.push({ stop: createStop('lift', place, { deviceId }), time })
  }
  const openTips = open.filter(({ type }) => type === 'tip')
  for (const { lorryId: by, tipId, time } of day.tips) {
    if (by !== lorryId) continue
    const lastLift = kept.findLastIndex(({ type, status }) => type === 'lift' && status === 'done')
    const sinceLift = kept.slice(lastLift + 1)
    const isLoaded = done.some((lift) => lift.stop.type === 'lift' && lift.time <= time)
    const isBehind = kept.some(
      (stop) =>
        stop.tipId === tipId && (isTold(stop, time, keptUntil) || (!isLoaded && sinceLift.includes(stop))),
    )
    if (isBehind) continue
    const planned = openTips.findIndex((stop) => stop.tipId === tipId)
    const [stop] = planned === -1 ? [] : openTips.splice(planned, 1)
    const place = stop ?? findPlace(tipId, 'tip')
    if (place) done.push({ stop: stop ?? createStop('tip', place, { tipId }), time })
  }
  if (done.length === 0) return { stops: [], open: [...open] }
  const chosen = new Set(done.map(({ stop }) => stop))
  const implied = listImplied(open, done, chosen)
  for (const { stop } of implied) chosen.add(stop)
  const all = [...implied, ...done].sort((a, b) => a.time - b.time)
  return { stops: withTimes(all, keptUntil), open: open.filter((stop) => !chosen.has(stop)) }
}

/**
 * Whether a tip that is behind is the one that a mark tells of: by its time, or because it was passed before the mark came.
 * One after which nothing was lifted is, too: nobody tips twice.
 */
function isTold({ departureTime }: RoundStop, time: number, keptUntil: number): boolean {
  return Date.parse(departureTime) === time || time < keptUntil
}

/** The start, breaks and tips before a lift that is done; each just before the first such lift behind it. */
function listImplied(
  open: readonly RoundStop[],
  done: readonly Finished[],
  chosen: ReadonlySet<RoundStop>,
): Finished[] {
  const timeOf = new Map(done.map(({ stop, time }) => [stop, time]))
  const lastDone = open.findLastIndex((stop) => chosen.has(stop))
  return open.flatMap((stop, index): Finished[] => {
    const isFirst = stop.type === 'start'
    const isPassed = index < lastDone && stop.type !== 'lift' && !chosen.has(stop)
    if (!isFirst && !isPassed) return []
    const after = isFirst
      ? done.map(({ time }) => time)
      : open.slice(index).flatMap((s) => timeOf.get(s) ?? [])
    return [{ stop, time: Math.min(Date.parse(stop.departureTime), ...after) }]
  })
}

/** As long as planned, if the time since the stop before allows it. */
function withTimes(finished: readonly Finished[], keptUntil: number): RoundStop[] {
  let before = keptUntil
  return finished.map(({ stop, time }) => {
    const planned = Date.parse(stop.departureTime) - Date.parse(stop.arrivalTime)
    const left = Math.max(before, time)
    const arrival = Math.max(before, left - (Number.isFinite(planned) ? planned : 0))
    before = left
    return { ...stop, status: 'done', arrivalTime: formatTime(arrival), departureTime: formatTime(left) }
  })
}

function createStop(
  type: 'lift' | 'tip',
  { longitude, latitude }: Place,
  ids: { readonly deviceId?: string; readonly tipId?: string },
): RoundStop {
  return {
    type,
    deviceId: ids.deviceId ?? null,
    tipId: ids.tipId ?? null,
    longitude,
    latitude,
    arrivalTime: '',
    departureTime: '',
    load: { litres: 0, kg: 0 },
    reason: 'not planned: its crew marked it',
  }
}

/** Moves the lift that the crew stands before, and cannot do, to what is behind. */
function standBefore(rest: RoundStop[], behind: RoundStop[], { lifts }: MarkedDay): void {
  const first = rest.findIndex(({ type }) => type !== 'break')
  const stop = rest[first]
  const lift = stop?.deviceId == null ? undefined : lifts.get(stop.deviceId)
  const leftAt = Date.parse(behind.at(-1)?.departureTime ?? '')
  if (!stop || lift?.status !== 'impossible' || lift.time <= leftAt) return
  rest.splice(first, 1)
  const time = formatTime(lift.time)
  behind.push({
    ...stop,
    status: 'impossible',
    arrivalTime: time,
    departureTime: time,
    reason: lift.reason === null ? 'impossible, as its crew marked' : `impossible: ${lift.reason}`,
  })
}

/** The first lift or tip, unless the lorry is still at its stop, or drives home, or takes its break first. */
function findNext(rest: readonly RoundStop[], behind: readonly RoundStop[], now: number): RoundStop | null {
  const last = behind.at(-1)
  if (!last || Date.parse(last.departureTime) >= now) return null
  const next = rest.find(({ type }) => type !== 'break')
  if (!next || next.type === 'end' || next.type === 'start') return null
  const rests = rest[0]?.type === 'break' && isSamePlace(rest[0], last) && !isSamePlace(rest[0], next)
  return rests ? null : next
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.longitude === b.longitude && a.latitude === b.latitude
}

/** What is carried after each: in another order than planned it is another load. */
function withLoads(
  behind: readonly RoundStop[],
  { findDemand }: ProgressParts,
  { stops }: Pick<LorryRound, 'stops'>,
): RoundStop[] {
  // What is behind already as it is keeps its load too.
  const known = new Set(stops)
  let load: Demand = { litres: 0, kg: 0 }
  return behind.map((stop) => {
    if (stop.type === 'tip') load = { litres: 0, kg: 0 }
    else if (stop.type === 'lift' && stop.status !== 'impossible' && stop.deviceId !== null) {
      const { litres, kg } = findDemand(stop.deviceId)
      load = { litres: load.litres + litres, kg: roundKg(load.kg + kg) }
    }
    const isSame = stop.load.litres === load.litres && stop.load.kg === load.kg
    return known.has(stop) && isSame ? stop : { ...stop, load }
  })
}
