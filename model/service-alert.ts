import { z } from 'zod'
import { idSchema } from './id.ts'
import { periodSchema } from './period.ts'
import { serviceDateSchema } from './service-date.ts'
import { translationsSchema } from './translation.ts'

/** GTFS-Realtime's causes, effects and severities. */
const ALERT_CAUSES = [
  'UNKNOWN_CAUSE',
  'OTHER_CAUSE',
  'TECHNICAL_PROBLEM',
  'STRIKE',
  'DEMONSTRATION',
  'ACCIDENT',
  'HOLIDAY',
  'WEATHER',
  'MAINTENANCE',
  'CONSTRUCTION',
  'POLICE_ACTIVITY',
  'MEDICAL_EMERGENCY',
  'SPECIAL_EVENT',
] as const
const ALERT_EFFECTS = [
  'NO_SERVICE',
  'REDUCED_SERVICE',
  'SIGNIFICANT_DELAYS',
  'DETOUR',
  'ADDITIONAL_SERVICE',
  'MODIFIED_SERVICE',
  'OTHER_EFFECT',
  'UNKNOWN_EFFECT',
  'STOP_MOVED',
  'NO_EFFECT',
  'ACCESSIBILITY_ISSUE',
] as const
export type AlertEffect = (typeof ALERT_EFFECTS)[number]
const ALERT_SEVERITIES = ['UNKNOWN_SEVERITY', 'INFO', 'WARNING', 'SEVERE'] as const

const gtfsId = z.string().min(1).max(200)
const positionSchema = z.array(z.number().min(-180).max(180)).length(2)

/** A GeoJSON polygon: rings of [longitude, latitude], the first the outer one. */
const polygonSchema = z.strictObject({
  type: z.literal('Polygon'),
  coordinates: z.array(z.array(positionSchema).min(4).max(1_000)).min(1).max(20),
})
export type Polygon = z.infer<typeof polygonSchema>

const informedEntitySchema = z
  .strictObject({
    routeId: gtfsId.optional(),
    tripId: gtfsId.optional(),
    /** Of the trip, such as 20260216. */
    serviceDate: serviceDateSchema.optional(),
    stopId: gtfsId.optional(),
    /** All stops within it. */
    area: polygonSchema.optional(),
  })
  .refine(({ routeId, tripId, stopId, area }) => routeId ?? tripId ?? stopId ?? area, {
    message: 'needs a routeId, a tripId, a stopId or an area',
  })
  .refine(({ stopId, area }) => stopId === undefined || area === undefined, {
    path: ['area'],
    message: 'is not possible beside a stopId',
  })

/** What passengers are told of a disturbance. */
export const serviceAlertSchema = z.object({
  id: idSchema,
  cause: z.enum(ALERT_CAUSES).default('UNKNOWN_CAUSE'),
  effect: z.enum(ALERT_EFFECTS).default('UNKNOWN_EFFECT'),
  severity: z.enum(ALERT_SEVERITIES).default('UNKNOWN_SEVERITY'),
  header: translationsSchema,
  description: translationsSchema.nullable().default(null),
  url: translationsSchema.nullable().default(null),
  /** When it is told; none stands for always. */
  activePeriods: z.array(periodSchema).max(100).default([]),
  informedEntities: z.array(informedEntitySchema).min(1).max(1_000),
})
export type ServiceAlert = z.infer<typeof serviceAlertSchema>

/** As it is entered: where it has no id it is given one. */
export const newServiceAlertSchema = serviceAlertSchema.extend({ id: idSchema.optional() }).strict()
