import { z } from 'zod'
import { ALERT_CONDITIONS } from './alert-condition.ts'
import { devEuiSchema } from './found-device.ts'
import { idSchema } from './id.ts'
import { mergePatch } from './merge-patch.ts'
import { timeOfDaySchema } from './time-of-day.ts'

export const KINDS = ['bin', 'traffic', 'display', 'vehicle'] as const
export type Kind = (typeof KINDS)[number]

/** What RTIG T047 calls text and graphical displays: the first level of the topics that they publish to. */
export const SIGN_TYPES = ['PID-LED', 'PID-LCD', 'PID-TFT', 'PID-EPAPER'] as const
export type SignType = (typeof SIGN_TYPES)[number]

const longitudeSchema = z.number().min(-180).max(180)
const latitudeSchema = z.number().min(-90).max(90)
/** One level of an MQTT topic, without wildcards; RTIG T047 allows no spaces either. */
const levelSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 letters, digits, "_", ".", ":" or "-"')

/** Settings that any device may have; a bin's own are added below. Unknown ones are kept: other makers need theirs. */
export const settingsSchema = z.looseObject({
  /** How often the device should report; sent to it in its retained config. */
  reportIntervalSeconds: z.int().min(1).max(2_678_400).optional(),
  /** A part of the place, such as a district, by which dashboards tell devices apart. */
  area: z.string().min(1).max(64).optional(),
  /** The distance that the sensor of an empty bin measures, to its floor. */
  emptyDistanceMm: z.number().min(1).max(65_000).optional(),
  /** The distance that the sensor of a full bin measures. */
  fullDistanceMm: z.number().min(0).max(65_000).optional(),
  /** At this distance and beyond the sensor heard no echo; a reading of it is refused, as one of 0 is. */
  maximumDistanceMm: z.number().min(1).max(65_535).optional(),
  /** A bin at or above this level is due. Default DEFAULT_THRESHOLD_PERCENT. */
  thresholdPercent: z.number().min(1).max(100).optional(),
  capacityLitres: z.number().min(1).max(100_000).optional(),
  stream: z.string().min(1).max(64).optional(),
  /** A bin is lifted between these two times of day; at any time where they are absent. */
  collectFrom: timeOfDaySchema.optional(),
  collectUntil: timeOfDaySchema.optional(),
  /** What the lorry that empties it has to have among its own skills. */
  skills: z.array(z.string().min(1).max(64)).max(50).optional(),
  /** How long it takes to empty it, from stopping to driving on. */
  serviceSeconds: z.number().min(0).max(86_400).optional(),
  /** What nobody is to be alerted to of it. */
  alertsOff: z.array(z.enum(ALERT_CONDITIONS)).max(ALERT_CONDITIONS.length).optional(),
  /** At this charge and below its battery is low. Default 15. */
  batteryLowPercent: z.number().min(1).max(99).optional(),
  /** A battery that only tells its voltage is low at this and below; without it, none is. */
  batteryLowVolts: z.number().min(0).max(100).optional(),
  /** What a day of overflowing costs, in the money of the lorries' costs. */
  overflowCostPerDay: z.number().min(0).max(1_000_000).optional(),
  /** What a display speaks: Kerbside's plain JSON, which is the default, or RTIG T047. */
  protocol: z.enum(['json', 't047']).optional(),
  /** A T047 display's type, the first level of its topics. Default PID-LED. */
  displayType: z.enum(SIGN_TYPES).optional(),
  /** Where a T047 display is, above its stop: in the United Kingdom an NPTG locality and a NaPTAN stop area. */
  localityId: levelSchema.optional(),
  clusterId: levelSchema.optional(),
  /** Who made a T047 display, and its id there, which is the device's own by default. */
  vendorId: levelSchema.optional(),
  vendorDeviceId: levelSchema.optional(),
  /** By what a LoRaWAN network knows the device: no other one of the authority has it. */
  devEui: devEuiSchema.optional(),
  /** The mapping (see model/mapping.ts) by which what it sends is read, where that is not Kerbside's own JSON. */
  mapping: idSchema.optional(),
})
export type Settings = z.infer<typeof settingsSchema>

export const DEFAULT_THRESHOLD_PERCENT = 75

const deviceShape = {
  id: idSchema,
  kind: z.enum(KINDS),
  name: z.string().min(1).max(200).nullable(),
  longitude: longitudeSchema.nullable(),
  latitude: latitudeSchema.nullable(),
  /** The United Kingdom's unique property reference number. */
  uprn: z
    .string()
    .regex(/^\d{1,12}$/, 'a UPRN is 1 to 12 digits')
    .nullable(),
  /** The United Kingdom's unique street reference number. */
  usrn: z
    .string()
    .regex(/^\d{1,8}$/, 'a USRN is 1 to 8 digits')
    .nullable(),
  stopIds: z.array(z.string().min(1).max(64)).max(100),
  settings: settingsSchema,
}

/** How a device goes over the wire; `settings` of a bin must tell empty from full. */
export const deviceSchema = z.object(deviceShape)
export type Device = z.infer<typeof deviceSchema>

export const newDeviceSchema = z
  .object({
    ...deviceShape,
    name: deviceShape.name.default(null),
    longitude: deviceShape.longitude.default(null),
    latitude: deviceShape.latitude.default(null),
    uprn: deviceShape.uprn.default(null),
    usrn: deviceShape.usrn.default(null),
    stopIds: deviceShape.stopIds.default([]),
    settings: settingsSchema.default({}),
  })
  .superRefine((device, context) => checkSettings(device.settings, context))
export type NewDevice = z.infer<typeof newDeviceSchema>

/** `settings` is merged into those that there are; null removes one. */
export const devicePatchSchema = z.object({
  name: deviceShape.name.optional(),
  longitude: deviceShape.longitude.optional(),
  latitude: deviceShape.latitude.optional(),
  uprn: deviceShape.uprn.optional(),
  usrn: deviceShape.usrn.optional(),
  stopIds: deviceShape.stopIds.optional(),
  settings: z.record(z.string(), z.json()).optional(),
})
export type DevicePatch = z.infer<typeof devicePatchSchema>

function checkSettings(settings: Settings, context: z.RefinementCtx): void {
  const { emptyDistanceMm, fullDistanceMm, collectFrom = '00:00', collectUntil = '24:00' } = settings
  if (emptyDistanceMm !== undefined && fullDistanceMm !== undefined && emptyDistanceMm <= fullDistanceMm) {
    context.addIssue({
      code: 'custom',
      path: ['settings', 'emptyDistanceMm'],
      message: `must be larger than fullDistanceMm (${fullDistanceMm})`,
    })
  }
  if (settings.protocol === 't047' && settings.vendorId === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['settings', 'vendorId'],
      message: 'is needed by a display that speaks RTIG T047',
    })
  }
  if (collectFrom >= collectUntil) {
    context.addIssue({
      code: 'custom',
      path: ['settings', settings.collectUntil === undefined ? 'collectFrom' : 'collectUntil'],
      message: `bins are collected from ${collectFrom} to ${collectUntil}: that ends before it starts`,
    })
  }
}

/** The settings as they are after a patch; throws a ZodError where the result is not allowed. */
export function patchSettings(settings: Settings, patch: Record<string, unknown>): Settings {
  const merged = mergePatch(settings, patch)
  return z
    .object({ settings: settingsSchema })
    .superRefine((value, context) => checkSettings(value.settings, context))
    .parse({ settings: merged }, { reportInput: true }).settings
}
