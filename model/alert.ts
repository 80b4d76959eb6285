import { z } from 'zod'
import { ALERT_CONDITIONS } from './alert-condition.ts'
import { KINDS } from './device.ts'
import { idSchema } from './id.ts'

const ALERT_SEVERITIES = ['warning', 'critical'] as const
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number]

/** What is known as an alert is raised. `device` is null where it is about the authority as a whole, or many devices at once. */
const newAlertShape = {
  condition: z.enum(ALERT_CONDITIONS),
  severity: z.enum(ALERT_SEVERITIES),
  kind: z.enum(KINDS).nullable(),
  device: idSchema.nullable(),
  deviceName: z.string().nullable(),
  longitude: z.number().nullable(),
  latitude: z.number().nullable(),
  /** What is so, in a sentence with its numbers. */
  summary: z.string(),
  /** The numbers of the summary, by names that end in their units. */
  detail: z.record(z.string(), z.number()),
}
export type NewAlert = Readonly<z.infer<z.ZodObject<typeof newAlertShape>>>

const timeSchema = z.iso.datetime()

/** One that was raised, as it is kept and goes over the wire. At most one of a condition and a device is not cleared. */
export const alertSchema = z.object({
  id: z.string(),
  ...newAlertShape,
  raisedTime: timeSchema,
  clearedTime: timeSchema.nullable(),
  acknowledgedTime: timeSchema.nullable(),
  /** The name of the key, or `installation`. */
  acknowledgedBy: z.string().nullable(),
  note: z.string().nullable(),
})
export type Alert = Readonly<z.infer<typeof alertSchema>>

export const acknowledgementSchema = z.object({
  note: z.string().trim().min(1).max(1_000).optional(),
})

export const ALERT_STATES = ['open', 'all'] as const

/** `unacknowledged` where somebody takes an acknowledgement back. */
export const ALERT_EVENT_TYPES = ['raised', 'cleared', 'acknowledged', 'unacknowledged'] as const
export type AlertEventType = (typeof ALERT_EVENT_TYPES)[number]

/** What became of an alert, and how it was after that. */
export interface AlertEvent {
  /** Grows with every event of any authority, in the order in which they became true; numbers may be left out. */
  readonly sequence: number
  readonly authority: string
  readonly type: AlertEventType
  readonly alert: Alert
  /** ms since 1970 */
  readonly time: number
}
