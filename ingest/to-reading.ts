import type { Device, Kind } from '../model/device.ts'
import {
  countsField,
  type FieldValue,
  OCCUPANCY_STATUSES,
  PAYLOAD_SCHEMAS,
  partOf,
  type Reading,
} from '../model/reading.ts'
import type { Rejection } from '../model/rejection.ts'
import { findSign } from '../model/sign.ts'
import { isOfAnother, type SignBody } from '../model/sign-payload.ts'
import { formatTime, parseTime } from '../model/time.ts'
import { calibrate } from './calibrate.ts'
import { checkTime, notATime } from './check-time.ts'
import type { Sender } from './decoder.ts'
import { explainIssue } from './explain-issue.ts'
import { showValue } from './show-value.ts'

export interface Origin {
  readonly authority: string
  readonly sender: Sender
  /** As registered; undefined where it is not. */
  readonly device: Device | undefined
  /** Of its message, in ms since 1970. */
  readonly receivedTime: number
  /** Its place in its message's array. */
  readonly index: number
  readonly oldestDays: number
}

/**
 * One element of a payload, checked, as the store keeps it, or why it cannot be. Without a `time` of its own it gets the
 * one of its receipt, `receivedTime + index`, which no other reading of the device has.
 */
export function toReading(element: unknown, origin: Origin): Reading | Rejection {
  const { authority, sender, device, receivedTime } = origin
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    return { reason: 'wrong_type', detail: `reading: ${showValue(element)} is not a JSON object` }
  }
  if (!device) {
    return {
      reason: 'unknown_device',
      detail: `device: "${sender.device}" is not registered with ${authority}`,
    }
  }
  const kind = device.kind
  if (sender.kind !== undefined && sender.kind !== kind) {
    return {
      reason: 'wrong_kind',
      detail: `topic: names a ${sender.kind}, "${device.id}" is registered as a ${kind}`,
    }
  }
  const claimed: unknown = Reflect.get(element, 'device')
  if (claimed !== undefined && claimed !== device.id) {
    return {
      reason: 'wrong_device',
      detail: `device: ${showValue(claimed)} is not who sent it, "${device.id}" or nothing is allowed`,
    }
  }
  const foreign = checkSign(element, device)
  if (foreign) return foreign

  const parsed = PAYLOAD_SCHEMAS[kind].safeParse(element)
  if (!parsed.success) return explainIssue(parsed.error.issues[0], PAYLOAD_SCHEMAS[kind], element)
  const values: Readonly<Record<string, unknown>> = parsed.data
  const fields: Record<string, FieldValue> = {}
  const rejection =
    copyFields(values, fields) ??
    checkMeasured(kind, fields) ??
    (kind === 'bin' ? calibrate(fields, device.settings) : undefined)
  if (rejection) return rejection

  const time =
    values['time'] === undefined
      ? receivedTime + origin.index
      : checkTime(values['time'], receivedTime, origin.oldestDays)
  if (typeof time !== 'number') return time
  return { authority, kind, device: device.id, part: partFrom(fields), time, receivedTime, fields }
}

/** The ids that a T047 display gives itself are those that it is registered with. */
function checkSign(element: object, device: Device): Rejection | undefined {
  const claimed: unknown = Reflect.get(element, 'sign')
  const sign = findSign(device)
  if (typeof claimed !== 'object' || claimed === null || !sign || !isOfAnother(claimed as SignBody, sign)) {
    return undefined
  }
  const { vendorId, deviceId } = claimed as SignBody
  return {
    reason: 'wrong_device',
    detail: `vendorId, deviceId: ${showValue(vendorId)}, ${showValue(deviceId)} is not who sent it, "${sign.vendorId}", "${sign.deviceId}" or nothing is allowed`,
  }
}

/** Moves what was measured to the names and types of the store (READING_FIELDS). */
function copyFields(
  values: Readonly<Record<string, unknown>>,
  fields: Record<string, FieldValue>,
): Rejection | undefined {
  for (const name in values) {
    const value = values[name]
    switch (name) {
      case 'time':
      case 'device':
        break
      case 'counts':
        for (const [roadUser, count] of Object.entries(value as Record<string, number>)) {
          fields[countsField(roadUser)] = count
        }
        break
      case 'lines':
        fields[name] = JSON.stringify(value)
        break
      case 'passages': {
        const passages = normalisePassages(value as readonly Passage[])
        if (!Array.isArray(passages)) return passages as Rejection
        fields[name] = JSON.stringify(passages)
        break
      }
      case 'occupancyStatus':
        fields[name] = typeof value === 'number' ? (OCCUPANCY_STATUSES[value] as string) : (value as string)
        break
      default:
        fields[name] = value as FieldValue
    }
  }
  return undefined
}

interface Passage {
  readonly arrivalTime?: string | number | undefined
  readonly departureTime?: string | number | undefined
}

function normalisePassages(passages: readonly Passage[]): readonly Passage[] | Rejection {
  const normalised: Passage[] = []
  for (const [index, passage] of passages.entries()) {
    const copy: Record<string, unknown> = { ...passage }
    for (const name of ['arrivalTime', 'departureTime'] as const) {
      if (passage[name] === undefined) continue
      const time = parseTime(passage[name])
      // Beyond what Date knows, RFC 3339 has no name for it either.
      if (time === undefined || Math.abs(time) > 8.64e15) {
        return notATime(`passages.${index}.${name}`, passage[name])
      }
      copy[name] = formatTime(time)
    }
    normalised.push(copy)
  }
  return normalised
}

// What tells how, where or in what order it was measured, but measures nothing.
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'time',
  'device',
  'sequence',
  'intervalSeconds',
  'lane',
  'direction',
])

function checkMeasured(kind: Kind, fields: Record<string, FieldValue>): Rejection | undefined {
  for (const name in fields) if (!ATTRIBUTES.has(name)) return undefined
  const names = Object.keys(PAYLOAD_SCHEMAS[kind].shape).filter((name) => !ATTRIBUTES.has(name))
  return {
    reason: 'missing_field',
    detail: `reading: nothing was measured, at least one of ${names.join(', ')} is needed`,
  }
}

function partFrom(fields: Readonly<Record<string, FieldValue>>): string {
  return partOf(fields['lane'] as number | undefined, fields['direction'] as string | undefined)
}
