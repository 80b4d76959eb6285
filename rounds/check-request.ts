import { type InputFault, KerbsideError } from '../model/error.ts'
import { measureMetres } from '../model/measure-metres.ts'
import { findBreakFaults, type Lorry } from '../model/site.ts'
import { minutesOfDay } from '../model/time-of-day.ts'
import { localDate } from './local-date.ts'
import type { PlannedBin, RoundInput } from './round-input.ts'

/** A day that is past may be planned, to see what would have been: but there are no readings from before this one. */
const EARLIEST = '2000-01-01'
/** More days ahead than this nobody plans: the year is misspelt. */
const DAYS_AHEAD_MAX = 366
const DAY_MS = 86_400_000
/** What becomes of a bin that waits longer than so many days nobody can say. */
const NEXT_DAYS_MAX = 31
/** A bin farther from every depot has a wrong place, such as 0, 0. */
const REACH_M = 300_000
/** More than these help nobody. */
const FAULTS_MAX = 100

/**
 * Refuses what could be asked for but makes no sense, before any solving: throws a KerbsideError INVALID_REQUEST with its
 * faults. A bin that no lorry could ever empty is refused where it was asked for by name, or where there are no others. The
 * ids of the request must be there. `now` is in ms since 1970.
 */
export function checkRequest(input: RoundInput, now: number): void {
  const { request, depots } = input
  const lorries = input.lorries.filter(
    ({ id, depotId }) =>
      (request.lorryIds?.includes(id) ?? true) && (request.depotIds?.includes(depotId) ?? true),
  )
  const faults = [
    ...findDateFaults(input, now),
    ...lorries.flatMap((lorry) => findLorryFaults(lorry, input)),
    ...findTipFaults(input, lorries),
    ...findBinFaults(
      input,
      createBinCheck(
        lorries,
        input,
        depots.filter(({ id }) => lorries.some(({ depotId }) => depotId === id)),
      ),
    ),
  ]
  if (faults.length === 0) return
  const words = faults.slice(0, 3).map(({ path, message }) => `${path}: ${message}`)
  throw new KerbsideError('INVALID_REQUEST', `This round cannot be planned: ${words.join('; ')}`, {
    faults: faults.slice(0, FAULTS_MAX),
  })
}

function findDateFaults({ request, timeZone }: RoundInput, now: number): InputFault[] {
  const latest = localDate(now + DAYS_AHEAD_MAX * DAY_MS, timeZone)
  if (request.date < EARLIEST)
    return [{ path: 'date', message: `is too long ago: ${EARLIEST} is the earliest` }]
  if (request.date > latest) return [{ path: 'date', message: `is too far ahead: ${latest} is the latest` }]
  const { date, nextDate } = request
  if (nextDate === undefined) return []
  if (nextDate <= date) return [{ path: 'nextDate', message: `must be after date, ${date}` }]
  const latestNext = new Date(Date.parse(date) + NEXT_DAYS_MAX * DAY_MS).toISOString().slice(0, 10)
  if (nextDate > latestNext) {
    return [{ path: 'nextDate', message: `is too far ahead of date: ${latestNext} is the latest` }]
  }
  return []
}

function findLorryFaults(lorry: Lorry, { request, depots }: RoundInput): InputFault[] {
  const { id, shiftStart, shiftEnd, depotId } = lorry
  const index = request.lorryIds?.indexOf(id) ?? -1
  const path = index === -1 ? 'lorryIds' : `lorryIds.${index}`
  if (shiftStart >= shiftEnd) {
    return [
      { path, message: `the shift of lorry ${id}, ${shiftStart} to ${shiftEnd}, ends before it starts` },
    ]
  }
  const faults = findBreakFaults(lorry).map(({ path: field, message }) => ({
    path,
    message: `${field} of lorry ${id} ${message}`,
  }))
  const { opens = '00:00', closes = '24:00' } = depots.find((depot) => depot.id === depotId) ?? {}
  if (overlaps([shiftStart, shiftEnd], [opens, closes])) return faults
  const message = `the depot ${depotId} is open from ${opens} to ${closes}, and never in the shift of lorry ${id}`
  return [...faults, { path, message }]
}

/** A tip that is closed today is of no harm, as long as there is another one. */
function findTipFaults({ tips }: RoundInput, lorries: readonly Lorry[]): InputFault[] {
  if (tips.length === 0 || lorries.length === 0) return []
  const isUsable = tips.some(({ opens, closes, serviceSeconds }) =>
    lorries.some(({ shiftStart, shiftEnd }) =>
      overlaps([shiftStart, shiftEnd], [opens, closes], serviceSeconds),
    ),
  )
  if (isUsable) return []
  return tips.map(({ id, opens, closes }) => ({
    path: 'lorryIds',
    message: `the tip ${id} is open from ${opens} to ${closes}, and too short or never in any lorry's shift`,
  }))
}

function findBinFaults(
  { request, bins }: RoundInput,
  findFault: (bin: PlannedBin) => string | undefined,
): InputFault[] {
  if (bins.length === 0) {
    return [{ path: 'deviceIds', message: 'there is no bin yet: register one, at …/devices' }]
  }
  const binOf = new Map(bins.map((bin) => [bin.id, bin]))
  const named = (['deviceIds', 'mustEmpty'] as const).flatMap((field) =>
    (request[field] ?? []).flatMap((id, index) => {
      const bin = binOf.get(id)
      const message = bin && findFault(bin)
      return message === undefined ? [] : [{ path: `${field}.${index}`, message: `bin ${id}: ${message}` }]
    }),
  )
  if (named.length > 0 || request.deviceIds) return named
  let first: string | undefined
  for (const bin of bins) {
    const fault = findFault(bin)
    if (fault === undefined) return []
    first ??= `bin ${bin.id}: ${fault}`
  }
  return [{ path: 'deviceIds', message: `not one of the ${bins.length} bins can be emptied; ${first}` }]
}

/**
 * What says of a bin, in words, why none of the lorries could ever empty it, however little else they have to do; undefined
 * where one could, or where the bin has no place. A lorry has to hold it full.
 */
function createBinCheck(
  lorries: readonly Lorry[],
  { tips }: Pick<RoundInput, 'tips'>,
  depots: RoundInput['depots'],
): (bin: PlannedBin) => string | undefined {
  return (bin) => {
    const { stream, skills, capacityLitres, collectFrom, collectUntil } = bin
    const [from, until] = [collectFrom ?? '00:00', collectUntil ?? '24:00']
    if (from >= until) return `its hours, ${from} to ${until}, end before they start`
    const ofStream = lorries.filter(({ streams }) => takesStream(streams, stream))
    if (ofStream.length === 0) return `no lorry of this round takes its stream, ${stream}`
    if (tips.length > 0 && !tips.some(({ streams }) => takesStream(streams, stream))) {
      return `no tip takes its stream, ${stream}`
    }
    const able = ofStream.filter((lorry) => skills.every((skill) => lorry.skills.includes(skill)))
    if (able.length === 0) return `no lorry of this round has the skills that it needs: ${skills.join(', ')}`
    const largest = Math.max(
      ...able.map(({ capacity, dayLimitLitres }) => Math.min(capacity.litres, dayLimitLitres ?? Infinity)),
    )
    if (capacityLitres !== null && capacityLitres > largest) {
      return `its ${capacityLitres} litres are more than any lorry holds that may take it (${largest})`
    }
    if (!able.some(({ shiftStart, shiftEnd }) => overlaps([shiftStart, shiftEnd], [from, until]))) {
      return `it is collected from ${from} to ${until}, when no lorry works that may take it`
    }
    const { longitude, latitude } = bin
    if (longitude === null || latitude === null || depots.length === 0) return undefined
    const metres = Math.min(
      ...depots.map((depot) => measureMetres(depot.longitude, depot.latitude, longitude, latitude)),
    )
    if (metres <= REACH_M) return undefined
    const place = `longitude ${longitude}, latitude ${latitude}`
    return `it stands ${Math.round(metres / 1000)} km from the nearest depot: check its place, ${place}`
  }
}

function takesStream(streams: readonly string[], stream: string | null): boolean {
  return stream === null || streams.length === 0 || streams.includes(stream)
}

/** Whether two spans of the day have so much in common, and a moment at least. */
function overlaps(
  [from, until]: readonly [string, string],
  [opens, closes]: readonly [string, string],
  seconds = 0,
): boolean {
  const minutes =
    Math.min(minutesOfDay(until), minutesOfDay(closes)) - Math.max(minutesOfDay(from), minutesOfDay(opens))
  return minutes > 0 && minutes * 60 >= seconds
}
