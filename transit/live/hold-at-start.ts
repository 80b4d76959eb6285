import type { StopKnowledge } from '../know-nothing.ts'

/**
 * Nobody leaves a trip's first stop before its time, however early a prediction is said on purpose; and what follows is not
 * before that.
 */
export function holdAtStart(stops: StopKnowledge[], aimedDepartureTime: number): void {
  let earliest = aimedDepartureTime
  for (const [index, stop] of stops.entries()) {
    const { arrivalTime, departureTime, earliestTime, latestTime } = stop
    if (arrivalTime === null || departureTime === null) return
    const isFirst = index === 0
    if (!isFirst && arrivalTime >= earliest) return
    const arrival = isFirst ? arrivalTime : Math.max(arrivalTime, earliest)
    const departure = Math.max(departureTime, earliest)
    stops[index] = {
      ...stop,
      arrivalTime: arrival,
      departureTime: departure,
      earliestTime: earliestTime === null ? null : Math.max(earliestTime, earliest),
      latestTime: latestTime === null ? null : Math.max(latestTime, departure),
    }
    earliest = departure
  }
}
