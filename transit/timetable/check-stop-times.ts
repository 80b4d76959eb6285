import type { ByteIndex } from './byte-index.ts'
import type { FaultList } from './import-fault.ts'
import { rowOfStopTime, STOP_TIMES_FILE, type StopTimeReading } from './read-stop-times.ts'
import { quote } from './read-table.ts'
import { formatServiceTime } from './service-time.ts'

/** Whether every trip visits its stops one after another: once in each place, later and later, and with times at its ends. */
export function checkStopTimes(
  faults: FaultList,
  stopTimes: StopTimeReading,
  { tripIds, locationTypes }: { tripIds: ByteIndex; locationTypes: Uint8Array },
): void {
  const { order, stops, arrivals, departures, sequences } = stopTimes
  for (let trip = 0; trip < tripIds.count; trip += 1) {
    const first = order.firsts[trip] as number
    const end = order.firsts[trip + 1] as number
    if (end - first < 2) {
      const count = end === first ? 'no stop times' : 'one stop time'
      const message = `the trip ${quote(tripIds.text(trip))} has ${count}; nobody can ride it`
      faults.warn({ file: 'trips.txt' }, 'unusable_trip', message)
      continue
    }
    let latest = -1
    for (let index = first; index < end; index += 1) {
      const arrival = arrivals[index] as number
      if (index > first && sequences[index] === sequences[index - 1]) {
        const message = `stop_sequence ${sequences[index]} is in the trip ${quote(tripIds.text(trip))} already; each is allowed once`
        error(index, 'stop_sequence', 'duplicate_key', message)
      }
      if (arrival >= 0 && arrival < latest) {
        const message = `arrival_time is ${formatServiceTime(arrival)}, before the stop before it in stop_sequence is left; from ${formatServiceTime(latest)} on is allowed`
        error(index, 'arrival_time', 'stop_time_with_arrival_before_previous_departure_time', message)
      }
      latest = Math.max(latest, departures[index] as number)
      if (arrival < 0 && (index === first || index === end - 1)) {
        const message =
          'arrival_time and departure_time are empty; the first and the last stop of a trip need one'
        error(index, 'arrival_time', 'missing_trip_edge', message)
      }
      // A stop that is not there has its error already.
      const type = locationTypes[stops[index] as number] ?? 0
      if (type !== 0) {
        const message = `stop_id is a place of location_type ${type}; 0, where vehicles stop, is allowed`
        error(index, 'stop_id', 'wrong_location_type', message)
      }
    }
  }

  function error(index: number, column: string, code: string, message: string): void {
    faults.error({ file: STOP_TIMES_FILE, row: rowOfStopTime(order, index), column }, code, message)
  }
}
