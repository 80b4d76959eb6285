import { z } from 'zod'
import { DEPARTURE_STATES } from '../model/departure.ts'

const time = z.string()

/** A departure as it goes over the wire. */
export const departureSchema = z.object({
  departureId: z.string(),
  tripId: z.string(),
  routeId: z.string(),
  routeShortName: z.string(),
  headsign: z.string(),
  aimedDepartureTime: time,
  expectedDepartureTime: time.nullable(),
  earliestTime: time.nullable(),
  latestTime: time.nullable(),
  state: z.enum(DEPARTURE_STATES),
  ageSeconds: z.int().nullable(),
  vehicleId: z.string().nullable(),
})
