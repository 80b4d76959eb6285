import { z } from 'zod'
import { idSchema } from './id.ts'
import { periodSchema } from './period.ts'
import { serviceDateSchema } from './service-date.ts'
import { translationsSchema } from './translation.ts'

const gtfsId = z.string().min(1).max(200)
/** After noon minus 12 hours of the service day: it may pass 24:00. */
const serviceTime = z
  .string()
  .regex(/^\d{1,2}:[0-5]\d(:[0-5]\d)?$/, 'must be a time of the service day such as 08:05:00 or 25:10')
  .overwrite((text) => {
    const [hours = '', minutes = '', seconds = '00'] = text.split(':')
    return `${hours.padStart(2, '0')}:${minutes}:${seconds}`
  })

const common = {
  id: idSchema,
  /** Days of service that it holds on; none stands for every one. */
  serviceDates: z.array(serviceDateSchema).max(400).default([]),
  /** What is planned within it: of a cancellation, trips that start then; of stops, calls there then. None stands for all. */
  period: periodSchema.nullable().default(null),
  /** For passengers: with it the change is told as an alert, too. */
  header: translationsSchema.nullable().default(null),
}
/** Which trips: all that fit both, where both are given. */
const trips = { tripId: gtfsId.nullable().default(null), routeId: gtfsId.nullable().default(null) }

const cancellationSchema = z.strictObject({
  type: z.literal('cancellation'),
  ...common,
  ...trips,
  /** Of a trip that repeats by a headway: the one run that is meant, by its start. */
  startTime: serviceTime.nullable().default(null),
})

const skippedStopsSchema = z.strictObject({
  type: z.literal('skipped-stops'),
  ...common,
  ...trips,
  stopIds: z.array(gtfsId).min(1).max(1_000),
})

const detourSchema = z.strictObject({
  type: z.literal('detour'),
  ...common,
  ...trips,
  /** Stops that are not served; where one stands in for it, trips call there instead, at the same time. */
  stops: z
    .array(z.strictObject({ stopId: gtfsId, replacementStopId: gtfsId.nullable().default(null) }))
    .min(1)
    .max(1_000),
})

const addedTripSchema = z.strictObject({
  type: z.literal('added-trip'),
  ...common,
  /** Its own, which the timetable has not. */
  tripId: gtfsId,
  /** As this trip of the timetable, but starting at `startTime`. */
  likeTripId: gtfsId.nullable().default(null),
  startTime: serviceTime.nullable().default(null),
  /** Or one of its own, on this route. */
  routeId: gtfsId.nullable().default(null),
  headsign: z.string().max(200).default(''),
  stops: z
    .array(z.strictObject({ stopId: gtfsId, arrivalTime: serviceTime, departureTime: serviceTime }))
    .max(500)
    .default([]),
})

/** What runs otherwise than in the timetable. */
export const serviceChangeSchema = z
  .discriminatedUnion('type', [cancellationSchema, skippedStopsSchema, detourSchema, addedTripSchema])
  .superRefine(addFaults)

const withoutId = { id: idSchema.optional() }

/** As it is entered: where it has no id it is given one. */
export const newServiceChangeSchema = z
  .discriminatedUnion('type', [
    cancellationSchema.extend(withoutId),
    skippedStopsSchema.extend(withoutId),
    detourSchema.extend(withoutId),
    addedTripSchema.extend(withoutId),
  ])
  .superRefine(addFaults)

export type ServiceChange = z.infer<typeof serviceChangeSchema>
export type AddedTrip = z.infer<typeof addedTripSchema>

function addFaults(change: { type: string }, context: z.core.$RefinementCtx): void {
  for (const [path, message] of findFaults(change)) {
    context.addIssue({ code: 'custom', path: path.split('.'), message })
  }
}

function* findFaults(change: { type: string }): Iterable<[string, string]> {
  if (change.type === 'cancellation') {
    const { tripId, routeId } = change as z.infer<typeof cancellationSchema>
    if (tripId === null && routeId === null) yield ['tripId', 'is needed, or a routeId']
  }
  if (change.type !== 'added-trip') return
  const added = change as AddedTrip
  if (added.serviceDates.length === 0) yield ['serviceDates', 'are needed: the days on which it runs']
  if (added.likeTripId !== null) {
    if (added.startTime === null) yield ['startTime', 'is needed: when it starts']
    if (added.stops.length > 0) yield ['stops', 'are those of likeTripId, where that is given']
    return
  }
  if (added.routeId === null) yield ['routeId', 'is needed, or a likeTripId']
  if (added.stops.length < 2) yield ['stops', 'at least two are needed, or a likeTripId']
  let before = ''
  for (const [index, { arrivalTime, departureTime }] of added.stops.entries()) {
    if (arrivalTime < before) yield [`stops.${index}.arrivalTime`, 'must not be before the stop before it']
    if (departureTime < arrivalTime) yield [`stops.${index}.departureTime`, 'must not be before arrivalTime']
    before = departureTime
  }
}
