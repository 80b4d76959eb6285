import { createHash } from 'node:crypto'
import type { Kind } from '../model/device.ts'
import type { JudgedPrediction } from '../model/judged-prediction.ts'
import type { Observation } from '../model/observation.ts'
import type { FieldValue, Reading } from '../model/reading.ts'
import { knownFields } from './observed-fields.ts'
import type { LorryRecord, RoundRecord } from './reading-store.ts'

/**
 * A reading as a line of line protocol, its time in ms. The measurement is the kind; the tags are authority, device and
 * part, sorted by key. Numbers are always floats, whatever they look like: a field's first type is final in InfluxDB.
 */
export function formatLine({ authority, kind, device, part, time, receivedTime, fields }: Reading): string {
  let line = `${kind},authority=${escapeTag(authority)},device=${escapeTag(device)}`
  // An empty tag is no tag.
  if (part !== '') line += `,part=${escapeTag(encodePart(part))}`
  line += ` receivedTime=${receivedTime}`
  for (const name in fields) line += `,${name}=${formatValue(fields[name] as FieldValue)}`
  return `${line} ${time}`
}

/** A lorry's part of a planned round; the tags are authority, lorry and round. */
export function formatRoundLine(
  { authority, round }: RoundRecord,
  { lorry, time, isEstimated, ...measured }: LorryRecord,
): string {
  const tags = `authority=${escapeTag(authority)},lorry=${escapeTag(lorry)},round=${escapeTag(round)}`
  const fields = Object.entries({ ...measured, isEstimated }).map(([name, value]) => `${name}=${value}`)
  return `${ROUND_MEASUREMENT},${tags} ${fields.join()} ${time}`
}

/**
 * What came of a prediction, its time in ns; the tags are authority, routeId and stopId. Trips are too many to be a tag, so those
 * that were predicted at one moment for one stop are told apart by the ns below the ms: of two, one in a million is lost.
 */
export function formatPredictionLine(
  authority: string,
  { routeId, stopId, time, ...fields }: JudgedPrediction,
): string {
  let tags = `authority=${escapeTag(authority)}`
  if (routeId !== '') tags += `,routeId=${escapeTag(encodePart(routeId))}`
  if (stopId !== '') tags += `,stopId=${escapeTag(encodePart(stopId))}`
  const { tripId, serviceDate, startTime, stopSequence } = fields
  const run = JSON.stringify([tripId, serviceDate, startTime, stopSequence])
  const nanoseconds = createHash('sha1').update(run).digest().readUIntBE(0, 6) % 1_000_000
  const values = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${formatValue(value)}`],
  )
  return `${PREDICTION_MEASUREMENT},${tags} ${values.join()} ${time}${String(nanoseconds).padStart(6, '0')}`
}

/** What Kerbside observed; one without any known field is no line. */
export function formatObservationLine(authority: string, observation: Observation): string {
  const { measurement, time, tags } = observation
  let key = `${measurement},authority=${escapeTag(authority)}`
  for (const [name, value] of Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value !== '') key += `,${name}=${escapeTag(encodePart(value))}`
  }
  const fields = knownFields(observation).map(([name, value]) => `${name}=${formatValue(value)}`)
  return `${key} ${fields.join()} ${Math.round(time)}`
}

/** What selects a round of its measurement. */
export function roundCondition(authority: string, round: string): string {
  return `"authority" = ${quoteText(authority)} AND "round" = ${quoteText(round)}`
}

export const ROUND_MEASUREMENT = 'round'
export const PREDICTION_MEASUREMENT = 'prediction'

function formatValue(value: FieldValue): string {
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`
  return String(value)
}

function escapeTag(text: string): string {
  return SPECIAL_IN_TAG.test(text) ? text.replace(/[, =]/g, '\\$&') : text
}
const SPECIAL_IN_TAG = /[, =]/

/**
 * A part as the value of a tag. Line protocol has no way to write a line feed or a final backslash in one, so control
 * characters, backslashes and the sign that says so are percent-encoded.
 */
function encodePart(part: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is encoded.
  return part.replace(/[\u0000-\u001f\u007f%\\]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}

export function decodePart(tag: string): string {
  return tag.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** `'…'`, InfluxQL's text. */
export function quoteText(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`
}

/** What selects one series of a measurement; an absent tag is compared as an empty one. */
export function seriesCondition(authority: string, device: string, part: string): string {
  return `"authority" = ${quoteText(authority)} AND "device" = ${quoteText(device)} AND "part" = ${quoteText(encodePart(part))}`
}

export function measurementOf(kind: Kind): string {
  return `"${kind}"`
}
