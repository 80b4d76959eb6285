import type { Line, Town, Vehicle } from './town.ts'

export const PLANNED_METRES_A_SECOND = 7.6
export const PLANNED_DWELL_SECONDS = 20
const LAYOVER_SECONDS = 300
/** All in seconds after noon minus 12 hours, as GTFS counts: a bus after midnight belongs to the day before. */
export const DAY_BEGINS_SECONDS = 4 * 3600
const DAY_ENDS_SECONDS = DAY_BEGINS_SECONDS + 24 * 3600
const FIRST_DEPARTURE_SECONDS = 5 * 3600
const LAST_DEPARTURE_SECONDS = 24 * 3600
/** Every so many stops a bus waits for its time. */
const TIMEPOINT_EVERY = 5
/** One bus of the town works the rush hours alone, and waits in between. */
const SPLIT_SHIFT = { fromSeconds: 10 * 3600, toSeconds: 15 * 3600 }

/** A call of a trip by the timetable. */
interface PlannedCall {
  readonly stopId: string
  /** Along the trip's own way. */
  readonly distanceM: number
  readonly seconds: number
  /** Buses do not leave it early. */
  readonly isTimepoint: boolean
}

/** A trip of every day. */
export interface PlannedTrip {
  readonly id: string
  readonly line: Line
  readonly isOutward: boolean
  readonly calls: readonly PlannedCall[]
}

/** What one bus does in a day: to and fro, ending where it began. */
export interface PlannedBlock {
  readonly id: string
  readonly trips: readonly PlannedTrip[]
}

/** The timetable of a town: a block for each of its buses, the same every day. */
export function planBuses({
  lines,
  vehicles,
}: Pick<Town, 'lines' | 'vehicles'>): Map<Vehicle['id'], PlannedBlock> {
  const blocks = new Map<string, PlannedBlock>()
  for (const [lineIndex, line] of lines.entries()) {
    const ofLine = vehicles.filter(({ lineId }) => lineId === line.id)
    const ways = [true, false].map((isOutward) => planWay(line, isOutward))
    const waySeconds = ways.map(({ calls }) => calls[calls.length - 1]?.seconds ?? 0)
    const legSeconds = Math.ceil((Math.max(...waySeconds) + LAYOVER_SECONDS) / 60) * 60
    for (const { id, blockIndex } of ofLine) {
      // The first bus of a line runs through the night, so that a town never stands still.
      const isThroughNight = blockIndex === 0
      const headStart = Math.round((blockIndex * 2 * legSeconds) / ofLine.length / 60) * 60
      const first = isThroughNight ? DAY_BEGINS_SECONDS : FIRST_DEPARTURE_SECONDS + headStart
      const last = isThroughNight ? DAY_ENDS_SECONDS - 2 * legSeconds : LAST_DEPARTURE_SECONDS
      const isSplit = lineIndex === 0 && blockIndex > 0 && blockIndex === ofLine.length - 1
      const trips: PlannedTrip[] = []
      for (let start = first; start <= last; start += 2 * legSeconds) {
        if (isSplit && start >= SPLIT_SHIFT.fromSeconds && start < SPLIT_SHIFT.toSeconds) continue
        for (const [index, { isOutward, calls }] of ways.entries()) {
          const departure = start + index * legSeconds
          trips.push({
            id: `${line.id}-${isOutward ? 'out' : 'back'}-${clockOf(departure)}-${blockIndex + 1}`,
            line,
            isOutward,
            calls: calls.map((call) => ({ ...call, seconds: departure + call.seconds })),
          })
        }
      }
      blocks.set(id, { id: `${line.id}-${blockIndex + 1}`, trips })
    }
  }
  return blocks
}

/** A way of a line, its times counted from its start. */
function planWay(line: Line, isOutward: boolean): Pick<PlannedTrip, 'isOutward' | 'calls'> {
  const stops = isOutward
    ? line.stops
    : line.stops.map((stop) => ({ ...stop, distanceM: line.lengthM - stop.distanceM })).reverse()
  const firstM = stops[0]?.distanceM ?? 0
  const calls = stops.map(({ stopId, distanceM }, index) => {
    const seconds = (distanceM - firstM) / PLANNED_METRES_A_SECOND + index * PLANNED_DWELL_SECONDS
    // At the stop before the last one, too, so that nobody ends a trip while people wait for it.
    const isTimepoint = index % TIMEPOINT_EVERY === 0 || index >= stops.length - 2
    return { stopId, distanceM, seconds: Math.round(seconds / 5) * 5, isTimepoint }
  })
  return { isOutward, calls }
}

function clockOf(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`
}
