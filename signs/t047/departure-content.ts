import { z } from 'zod'
import type { Departure } from '../../model/departure.ts'
import { formatTimestamp, referenceSchema, textSchema, timestampSchema, toText } from './common-schemas.ts'

const journeySchema = z.object({
  lineRef: referenceSchema,
  vehicleJourneyRef: referenceSchema,
  publishedLineName: textSchema,
  destinationName: textSchema,
})

/** Payload of `CMS/scheduledDeparture/content/…`. */
export const scheduledDeparturesSchema = z.object({
  scheduledDepartures: z
    .array(
      z.object({
        departureId: z.string().min(1),
        vehicleMode: z.literal('BUS'),
        targetedVehicleJourney: journeySchema,
        targetedCall: z.object({ aimedDepartureTime: timestampSchema }),
      }),
    )
    .min(1),
})

const statusSchema = z.enum(['ON-TIME', 'EARLY', 'LATE', 'DELAYED', 'CANCELLED'])

/** Payload of `CMS/realTimeDeparture/content/…`. */
export const realTimeDepartureSchema = z.object({
  realTimeDeparture: z
    .array(
      z.object({
        departureId: z.string().min(1),
        predictionTime: timestampSchema,
        vehicleMode: z.literal('BUS'),
        monitoredVehicleJourney: journeySchema.extend({
          progressStatus: statusSchema,
          monitoredCall: z.object({
            monitored: z.boolean(),
            aimedDepartureTime: timestampSchema,
            expectedDepartureTime: timestampSchema.nullable(),
            departureStatus: statusSchema,
          }),
        }),
      }),
    )
    .min(1),
})

export function formatScheduled(departures: readonly Departure[]): string {
  const content: z.infer<typeof scheduledDeparturesSchema> = {
    scheduledDepartures: departures.map((departure) => ({
      departureId: departure.departureId,
      vehicleMode: 'BUS',
      targetedVehicleJourney: describeJourney(departure),
      targetedCall: { aimedDepartureTime: formatTimestamp(departure.aimedDepartureTime) },
    })),
  }
  return JSON.stringify(content)
}

/** Of departures whose prediction comes, changes or goes. */
export function formatRealTime(departures: readonly Departure[], now: number): string {
  const content: z.infer<typeof realTimeDepartureSchema> = {
    realTimeDeparture: departures.map((departure) => {
      const status = statusOf(departure)
      return {
        departureId: departure.departureId,
        predictionTime: formatTimestamp(now - (departure.ageSeconds ?? 0) * 1_000),
        vehicleMode: 'BUS',
        monitoredVehicleJourney: {
          ...describeJourney(departure),
          progressStatus: status,
          monitoredCall: {
            monitored: isMonitored(departure),
            aimedDepartureTime: formatTimestamp(departure.aimedDepartureTime),
            expectedDepartureTime: isMonitored(departure)
              ? formatTimestamp(departure.expectedDepartureTime)
              : null,
            departureStatus: status,
          },
        },
      }
    }),
  }
  return JSON.stringify(content)
}

/** Whether there is a prediction that a sign may show. */
export function isMonitored(
  departure: Departure,
): departure is Departure & { readonly expectedDepartureTime: number } {
  return departure.state === 'live' && departure.expectedDepartureTime !== null
}

/** A bus is on time from a minute early to three late; the standard leaves it to the system. */
const EARLY_MS = -60_000
const LATE_MS = 180_000

function statusOf(departure: Departure): z.infer<typeof statusSchema> {
  if (departure.state === 'cancelled') return 'CANCELLED'
  if (!isMonitored(departure)) return 'ON-TIME'
  const delay = departure.expectedDepartureTime - departure.aimedDepartureTime
  if (delay < EARLY_MS) return 'EARLY'
  return delay > LATE_MS ? 'LATE' : 'ON-TIME'
}

/** The standard names the sources of England's bus data and says that GTFS's are to be named alike. */
function describeJourney(departure: Departure): z.infer<typeof journeySchema> {
  return {
    lineRef: { source: 'GTFS:routes.route_id', ref: departure.routeId },
    vehicleJourneyRef: { source: 'GTFS:trips.trip_id', ref: departure.tripId },
    publishedLineName: toText(departure.routeShortName),
    destinationName: toText(departure.headsign),
  }
}
