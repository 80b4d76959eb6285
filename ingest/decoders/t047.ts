import { type Payload, readPayload } from '../../model/read-payload.ts'
import type { Rejection } from '../../model/rejection.ts'
import { type SignBody, unwrapSignBody } from '../../model/sign-payload.ts'
import { parseSignRecord, parseSignTopic, type SignMessageName } from '../../model/sign-topic.ts'
import { parseTime } from '../../model/time.ts'
import type { Decoder, Sender } from '../decoder.ts'

/**
 * What displays say by RTIG T047 (parts 1 and 2), under the topic that the broker gave it, which names the sender. What of it
 * measures nothing is here only because it cannot be read or claims to be another's.
 */
export const t047: Decoder = { findSender, decode }

function findSender(authority: string, topicName: string): Sender | undefined {
  const record = parseSignRecord(topicName)
  if (!record?.isCounted || record.authority !== authority) return undefined
  return { device: record.device, kind: 'display' }
}

function decode(payload: Uint8Array, topicName: string): Payload | Rejection {
  const decoded = readPayload(payload)
  // SenML is no T047, but is counted and refused, or taken, as what it is.
  if (!('value' in decoded) || decoded.form === 'senml') return decoded
  const said = parseSignRecord(topicName)?.topicName ?? ''
  if (!decoded.isList) return { form: 'json', value: translate(decoded.value, said), isList: false }
  const elements = decoded.value as readonly unknown[]
  return { form: 'json', value: elements.map((element) => translate(element, said)), isList: true }
}

function translate(element: unknown, topicName: string): unknown {
  const topic = parseSignTopic(topicName)
  const body = unwrapSignBody(element)
  // What is no T047 object is refused as what it is.
  if (!topic || !body) return element
  const { vendorId, deviceId } = body
  return {
    // The display's ids go with it, to be checked against those of who sent it.
    sign: { vendorId, deviceId },
    ...timeOf(body, topic.name, topic.sensor),
    ...measure(body, topic.name, topic.sensor),
  }
}

function measure(body: SignBody, name: SignMessageName, sensor: string | undefined): object {
  switch (name) {
    case 'heartbeat':
      return { state: 'ok' }
    case 'status':
      return readStatus(body)
    case 'textSnapshot':
      return { lines: body['lines'] }
    case 'sensorEvent':
      return readSensor(body, sensor)
    default:
      return {}
  }
}

function readStatus(body: SignBody): object {
  const report = body['statusReport']
  const { firmwareVersion, displayOverride } = (
    typeof report === 'object' && report !== null ? report : {}
  ) as SignBody
  return {
    state: displayOverride === 'OFF' ? 'dark' : 'ok',
    ...(firmwareVersion !== undefined && { firmware: firmwareVersion }),
  }
}

/** The standard's own example has numbers as text. */
function readSensor({ value, unit }: SignBody, sensor: string | undefined): object {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value
  switch (sensor) {
    case 'INT-TEMP':
      return { temperatureC: toCelsius(number, unit) }
    case 'EXT-TEMP':
      return { outsideTemperatureC: toCelsius(number, unit) }
    case 'LIGHT-LEVEL':
      return { lightLux: number }
    case 'SHOCK':
      return { shockG: number }
    case 'CELL-DATA':
      return { signalDbm: number }
    case 'GPS':
      return readPlace(value)
    default:
      return {}
  }
}

const NUMBER = /^\s*[+-]?\d+(\.\d+)?\s*$/

function toCelsius(value: unknown, unit: unknown): unknown {
  const isFahrenheit = typeof unit === 'string' && /fahrenheit|°?\s*F$/i.test(unit)
  return isFahrenheit && typeof value === 'number' ? Math.round(((value - 32) / 1.8) * 100) / 100 : value
}

/** The standard does not say how a place is written: `latitude,longitude`, or an object with both. */
function readPlace(value: unknown): object {
  if (typeof value === 'object' && value !== null) {
    const { longitude, latitude } = value as SignBody
    return { longitude, latitude }
  }
  const [latitude, longitude, ...rest] = typeof value === 'string' ? value.split(',').map(Number) : []
  return rest.length === 0 ? { longitude, latitude } : {}
}

/**
 * T047's times are of whole seconds, and what a display says within one is told apart by its kind, a millisecond each:
 * otherwise a heartbeat would take the place of the temperature of the same second.
 */
function timeOf({ timestamp }: SignBody, name: SignMessageName, sensor: string | undefined): object {
  if (timestamp === undefined) return {}
  const time = parseTime(timestamp)
  if (time === undefined || time % 1_000 !== 0) return { time: timestamp }
  const kinds = ['heartbeat', 'status', 'textSnapshot', 'INT-TEMP', 'EXT-TEMP', 'LIGHT-LEVEL', 'SHOCK']
  return { time: time + 1 + [...kinds, 'CELL-DATA', 'GPS'].indexOf(sensor ?? name) }
}
