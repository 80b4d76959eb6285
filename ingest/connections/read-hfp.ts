import { z } from 'zod'
import type { VehiclePayload } from './read-vehicle-positions.ts'

/** Digitransit's High-frequency positioning, version 2: the fields of a VP event that say something to Kerbside. */
const eventSchema = z.object({
  VP: z.object({
    oper: z.int().min(0),
    veh: z.int().min(0),
    tst: z.string(),
    lat: z.number().min(-90).max(90),
    long: z.number().min(-180).max(180),
    /** Metres a second. */
    spd: z.number().min(0).nullish(),
    hdg: z.number().min(0).max(360).nullish(),
    route: z.string().min(1).max(256).nullish(),
    /** "1" or "2". */
    dir: z.enum(['1', '2']).nullish().catch(null),
    oday: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/)
      .nullish()
      .catch(null),
    start: z
      .string()
      .regex(/^\d{2}:\d{2}$/)
      .nullish()
      .catch(null),
    /** 100 where the driver has said that the bus is full; 0 says nothing. */
    occu: z.number().nullish(),
  }),
})

/** A position out of an HFP message; undefined where it is none, or the vehicle has no fix. */
export function readHfp(payload: Uint8Array): VehiclePayload | undefined {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(payload))
  } catch {
    return undefined
  }
  const parsed = eventSchema.safeParse(value)
  if (!parsed.success) return undefined
  const { oper, veh, tst, lat, long, spd, hdg, route, dir, oday, start, occu } = parsed.data.VP
  const time = Date.parse(tst)
  if (Number.isNaN(time)) return undefined
  return {
    // A vehicle's number is its operator's own.
    vehicle: { id: `${oper}_${veh}`, label: String(veh) },
    payload: {
      time,
      longitude: long,
      latitude: lat,
      ...(spd != null && { speedKph: spd * 3.6 }),
      ...(hdg != null && { bearingDegrees: hdg }),
      ...(route != null && { routeId: route }),
      ...(dir != null && { directionId: Number(dir) - 1 }),
      ...(oday != null && { startDate: oday.replaceAll('-', '') }),
      ...(start != null && { startTime: `${start}:00` }),
      ...(occu === 100 && { occupancyStatus: 'FULL' }),
    },
  }
}
