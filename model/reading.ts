import { z } from 'zod'
import type { Kind } from './device.ts'

/** The value of one field as the store keeps it; lists are JSON text. */
export type FieldValue = number | string | boolean

/**
 * One decoded measurement at one time. `authority`, `kind`, `device`, `part` and `time` are its identity:
 * a reading of the same identity replaces the one before it as a whole.
 */
export interface Reading {
  readonly authority: string
  readonly kind: Kind
  readonly device: string
  /** Which part of a device measured: a counter's lane or direction (see `partOf`); '' where it has none. */
  readonly part: string
  /** When it was measured, in ms since 1970. */
  readonly time: number
  /** When it arrived, in ms since 1970. */
  readonly receivedTime: number
  /** Field name (see `READING_FIELDS`) to value; only what was measured. */
  readonly fields: Readonly<Record<string, FieldValue>>
}

export type FieldType = 'number' | 'string' | 'boolean'

/** What each road user is called in `counts`; in the store `countsCar` and so on. */
export const ROAD_USERS = ['pedestrian', 'cycle', 'motorcycle', 'car', 'van', 'bus', 'hgv'] as const

/** The store's name of a nested count: `car` is `countsCar`. */
export function countsField(roadUser: string): string {
  return `counts${roadUser.charAt(0).toUpperCase()}${roadUser.slice(1)}`
}

/** GTFS-Realtime's OccupancyStatus, in the order of its numbers. */
export const OCCUPANCY_STATUSES = [
  'EMPTY',
  'MANY_SEATS_AVAILABLE',
  'FEW_SEATS_AVAILABLE',
  'STANDING_ROOM_ONLY',
  'CRUSHED_STANDING_ROOM_ONLY',
  'FULL',
  'NOT_ACCEPTING_PASSENGERS',
  'NO_DATA_AVAILABLE',
  'NOT_BOARDABLE',
] as const

const DISPLAY_STATES = ['ok', 'degraded', 'dark'] as const

/** Every field that the store knows, by kind. A field's type never changes: InfluxDB would refuse it. */
export const READING_FIELDS = {
  bin: {
    sequence: 'number',
    fillPercent: 'number',
    distanceMm: 'number',
    temperatureC: 'number',
    batteryPercent: 'number',
    batteryVolts: 'number',
    tiltDegrees: 'number',
    fireAlarm: 'boolean',
  },
  traffic: {
    sequence: 'number',
    intervalSeconds: 'number',
    lane: 'number',
    direction: 'string',
    countsPedestrian: 'number',
    countsCycle: 'number',
    countsMotorcycle: 'number',
    countsCar: 'number',
    countsVan: 'number',
    countsBus: 'number',
    countsHgv: 'number',
    count: 'number',
    meanSpeedKph: 'number',
    speed85Kph: 'number',
    occupancyPercent: 'number',
  },
  display: {
    sequence: 'number',
    state: 'string',
    temperatureC: 'number',
    outsideTemperatureC: 'number',
    lightLux: 'number',
    shockG: 'number',
    signalDbm: 'number',
    longitude: 'number',
    latitude: 'number',
    batteryPercent: 'number',
    firmware: 'string',
    lines: 'string',
    passages: 'string',
  },
  vehicle: {
    sequence: 'number',
    longitude: 'number',
    latitude: 'number',
    bearingDegrees: 'number',
    speedKph: 'number',
    tripId: 'string',
    startDate: 'string',
    startTime: 'string',
    routeId: 'string',
    directionId: 'number',
    occupancyStatus: 'string',
  },
} as const satisfies Record<Kind, Record<string, FieldType>>

/** The fields of a kind, name to type, where the name is only known at run time. */
export function fieldsOf(kind: Kind): Readonly<Record<string, FieldType>> {
  return READING_FIELDS[kind]
}

/** The fields that are kept as JSON text. */
export const LIST_FIELDS: ReadonlySet<string> = new Set(['lines', 'passages'])

/** The part of a traffic counter that a lane and a direction name; '' where neither is given. */
export function partOf(lane: number | undefined, direction: string | undefined): string {
  if (lane === undefined) return direction === undefined ? '' : `direction:${direction}`
  return direction === undefined ? `lane:${lane}` : `lane:${lane},direction:${direction}`
}

const countSchema = z.int().min(0).max(1_000_000)
const percentSchema = z.number().min(0).max(100)
const temperatureSchema = z.number().min(-90).max(1_000)
const textSchema = z.string().min(1).max(256)

const timeSchema = z.union([z.string(), z.int()])

// Any reading's own fields on the wire. `time` is parsed by the decoder, which knows when it was received.
const commonShape = {
  time: timeSchema.optional(),
  sequence: z.int().optional(),
  device: z.string().optional(),
}

const binPayloadSchema = z.object({
  ...commonShape,
  fillPercent: percentSchema.optional(),
  distanceMm: z.number().min(0).max(65_535).optional(),
  temperatureC: temperatureSchema.optional(),
  batteryPercent: percentSchema.optional(),
  batteryVolts: z.number().min(0).max(100).optional(),
  tiltDegrees: z.number().min(-180).max(180).optional(),
  fireAlarm: z.boolean().optional(),
})

// An object and not a record by ROAD_USERS, so that a road user that is not among them is ignored as any unknown field.
const countsShape = {
  pedestrian: countSchema,
  cycle: countSchema,
  motorcycle: countSchema,
  car: countSchema,
  van: countSchema,
  bus: countSchema,
  hgv: countSchema,
} as const satisfies Record<(typeof ROAD_USERS)[number], z.ZodType>

const trafficPayloadSchema = z.object({
  ...commonShape,
  intervalSeconds: z.number().min(1).max(86_400).optional(),
  lane: z.int().optional(),
  direction: z.string().min(1).max(64).optional(),
  counts: z.object(countsShape).partial().optional(),
  count: countSchema.optional(),
  meanSpeedKph: z.number().min(0).max(400).optional(),
  speed85Kph: z.number().min(0).max(400).optional(),
  occupancyPercent: percentSchema.optional(),
})

const passageSchema = z.object({
  vehicle: textSchema.optional(),
  tripId: textSchema.optional(),
  arrivalTime: timeSchema.optional(),
  departureTime: timeSchema.optional(),
})

const displayPayloadSchema = z.object({
  ...commonShape,
  state: z.enum(DISPLAY_STATES).optional(),
  /** Inside of its case. */
  temperatureC: temperatureSchema.optional(),
  outsideTemperatureC: temperatureSchema.optional(),
  lightLux: z.number().min(0).max(1_000_000).optional(),
  /** The strongest acceleration of a knock, in units of the earth's. */
  shockG: z.number().min(0).max(10_000).optional(),
  /** How well it hears its mobile network. */
  signalDbm: z.number().min(-200).max(50).optional(),
  /** Where it says that it is. */
  longitude: z.number().min(-180).max(180).optional(),
  latitude: z.number().min(-90).max(90).optional(),
  batteryPercent: percentSchema.optional(),
  firmware: textSchema.optional(),
  lines: z.array(z.string().max(1_000)).max(100).optional(),
  passages: z.array(passageSchema).max(100).optional(),
})

const vehiclePayloadSchema = z.object({
  ...commonShape,
  longitude: z.number().min(-180).max(180),
  latitude: z.number().min(-90).max(90),
  bearingDegrees: z.number().min(0).max(360).optional(),
  speedKph: z.number().min(0).max(600).optional(),
  tripId: textSchema.optional(),
  startDate: z
    .string()
    .regex(/^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/, 'a service date as YYYYMMDD')
    .optional(),
  startTime: z
    .string()
    .regex(/^\d{1,2}:[0-5]\d:[0-5]\d$/, "a trip's start as H:MM:SS")
    .optional(),
  routeId: textSchema.optional(),
  directionId: z.int().min(0).max(1).optional(),
  occupancyStatus: z
    .union([
      z.enum(OCCUPANCY_STATUSES),
      z
        .int()
        .min(0)
        .max(OCCUPANCY_STATUSES.length - 1),
    ])
    .optional(),
})

/** What a device of a kind publishes, as Kerbside's own JSON; unknown fields are ignored. */
export const PAYLOAD_SCHEMAS = {
  bin: binPayloadSchema,
  traffic: trafficPayloadSchema,
  display: displayPayloadSchema,
  vehicle: vehiclePayloadSchema,
} as const satisfies Record<Kind, z.ZodType>

/** How many readings one payload may carry. */
export const READINGS_PER_PAYLOAD_MAX = 1_000
/** How many bytes one payload may have. */
export const PAYLOAD_BYTES_MAX = 256 * 1024
