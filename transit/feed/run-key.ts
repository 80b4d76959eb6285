/** Tells one run of a trip from all others. */
export function runKeyOf(tripId: string, serviceDate: string, startTime: string | null): string {
  return startTime === null ? `${tripId}:${serviceDate}` : `${tripId}:${serviceDate}:${startTime}`
}

/**
 * The id of a departure, the same in every format and for as long as it is told of. Without what a topic of MQTT or a path
 * could not hold, since displays are addressed by it, too.
 */
export function departureIdOf(
  { tripId, serviceDate, startTime }: { tripId: string; serviceDate: string; startTime: string | null },
  stopSequence: number,
): string {
  const start = startTime === null ? '' : `.${startTime.replaceAll(':', '')}`
  return `${encodeURIComponent(tripId)}.${serviceDate}${start}.${stopSequence}`
}
