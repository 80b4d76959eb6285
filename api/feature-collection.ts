import { z } from 'zod'
import type { Device } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import { silentAfterSeconds } from '../model/silence.ts'
import { formatTime } from '../model/time.ts'
import { weakETag } from './conditional-get.ts'
import { type Terms, termsShape } from './licences.ts'
import { nestFields } from './reading-json.ts'

export interface FeatureParts {
  /** What whoever shows them has to know. */
  readonly terms?: Terms
  readonly devices: Iterable<Device>
  /** The newest of each part of each device. */
  readonly latest: readonly Reading[]
  /** Whether a device said that it is online, by its id. */
  readonly isOnline: ReadonlyMap<string, boolean>
  /** ms since 1970 */
  readonly now: number
  /** In ms since 1970: who should have been heard of by then is silent; `now` where it is not given. */
  readonly heardUntil?: number
}

/**
 * Devices with their latest reading as GeoJSON (RFC 7946), in the order of their ids, and an ETag that stays the same
 * while nothing but their ages changes.
 */
export function writeFeatureCollection({
  terms,
  devices,
  latest,
  isOnline,
  now,
  heardUntil = now,
}: FeatureParts): {
  body: string
  etag: string
} {
  const latestByDevice = groupByDevice(latest)
  const sorted = [...devices].sort((a, b) => (a.id < b.id ? -1 : 1))
  // Flat pieces, joined once: ten thousand features made of small strings cost more to glue than to write.
  const pieces: string[] = [
    `${JSON.stringify({ type: 'FeatureCollection', ...terms }).slice(0, -1)},"features":[`,
  ]
  const ageIndexes: number[] = []
  for (const device of sorted) {
    const readings = latestByDevice.get(device.id) ?? NONE
    const newest = findNewest(readings)
    const { id, kindAndName } = writeDevice(device)
    pieces.push(
      pieces.length > 1 ? ',{"type":"Feature","id":' : '{"type":"Feature","id":',
      id,
      ',"geometry":',
    )
    writeGeometry(pieces, device, newest)
    pieces.push(',"properties":{', kindAndName, ',"time":', newest ? writeReading(newest).time : 'null')
    ageIndexes.push(pieces.length + 1)
    pieces.push(
      ',"ageSeconds":',
      newest ? String(Math.max(0, Math.floor((now - newest.time) / 1000))) : 'null',
    )
    pieces.push(isSilent(device, newest, heardUntil) ? ',"isSilent":true' : ',"isSilent":false')
    const online = isOnline.get(device.id)
    if (online !== undefined) pieces.push(online ? ',"isOnline":true' : ',"isOnline":false')
    writeReadings(pieces, readings, newest)
    pieces.push('}}')
  }
  pieces.push(']}')
  const body = pieces.join('')
  for (const index of ageIndexes) pieces[index] = ''
  return { body, etag: weakETag(pieces.join('')) }
}

/** For the document: what the latest reading's fields are depends on the kind. */
export const featureCollectionSchema = z.object({
  type: z.literal('FeatureCollection'),
  ...termsShape,
  features: z.array(
    z.object({
      type: z.literal('Feature'),
      id: z.string(),
      geometry: z.object({ type: z.literal('Point'), coordinates: z.array(z.number()).length(2) }).nullable(),
      properties: z.looseObject({
        kind: z.string(),
        name: z.string().nullable(),
        time: z.iso.datetime().nullable(),
        ageSeconds: z.int().nullable(),
        isSilent: z.boolean(),
        isOnline: z.boolean().optional(),
        lanes: z.array(z.looseObject({ time: z.iso.datetime() })).optional(),
      }),
    }),
  ),
})

const NONE: readonly Reading[] = []

/** Of each device, the newest of its parts. */
export function groupByDevice(latest: readonly Reading[]): Map<string, Reading[]> {
  const groups = new Map<string, Reading[]>()
  for (const reading of latest) {
    const group = groups.get(reading.device)
    if (group) group.push(reading)
    else groups.set(reading.device, [reading])
  }
  return groups
}

export function findNewest(readings: readonly Reading[]): Reading | undefined {
  return readings.reduce<Reading | undefined>(
    (newest, reading) => (newest && newest.time >= reading.time ? newest : reading),
    undefined,
  )
}

/** Where a vehicle was last, where anything else stands; null where that is not known. */
function writeGeometry(pieces: string[], device: Device, newest: Reading | undefined): void {
  const isMoving = device.kind === 'vehicle'
  const longitude = (isMoving ? newest?.fields['longitude'] : undefined) ?? device.longitude
  const latitude = (isMoving ? newest?.fields['latitude'] : undefined) ?? device.latitude
  if (typeof longitude !== 'number' || typeof latitude !== 'number') pieces.push('null')
  else pieces.push('{"type":"Point","coordinates":[', String(longitude), ',', String(latitude), ']}')
}

/**
 * A device that measures in one piece has its fields here; one with lanes in `lanes`, and here too where it is one. What
 * was measured as a whole before the newest lane's time is left out: the time beside it would be another reading's.
 */
function writeReadings(pieces: string[], readings: readonly Reading[], newest: Reading | undefined): void {
  const parts = readings.filter((reading) => reading.part !== '')
  const whole = readings.find((reading) => reading.part === '' && reading.time === newest?.time)
  const shown = whole ?? (parts.length === 1 ? parts[0] : undefined)
  if (shown) pieces.push(writeReading(shown).fields)
  if (parts.length === 0) return
  for (const [index, part] of parts.entries()) {
    const { time, fields } = writeReading(part)
    pieces.push(index === 0 ? ',"lanes":[{"time":' : ',{"time":', time, fields, '}')
  }
  pieces.push(']')
}

// What stays the same from one request to the next is written once. A device or reading that changed is another object.
const writtenDevices = new WeakMap<Device, { id: string; kindAndName: string }>()
const writtenReadings = new WeakMap<Reading, { time: string; fields: string }>()

function writeDevice(device: Device): { id: string; kindAndName: string } {
  let written = writtenDevices.get(device)
  if (!written) {
    const { id, kind, name } = device
    written = { id: JSON.stringify(id), kindAndName: `"kind":"${kind}","name":${JSON.stringify(name)}` }
    writtenDevices.set(device, written)
  }
  return written
}

/** Its fields each with a comma before it. */
function writeReading(reading: Reading): { time: string; fields: string } {
  let written = writtenReadings.get(reading)
  if (!written) {
    const fields = JSON.stringify(nestFields(reading.fields)).slice(1, -1)
    written = { time: `"${formatTime(reading.time)}"`, fields: fields === '' ? '' : `,${fields}` }
    writtenReadings.set(reading, written)
  }
  return written
}

/** Whether it has not been heard of for longer than it should; `now` in ms since 1970. */
export function isSilent(
  device: Device,
  newest: Reading | undefined,
  now: number,
  limitSeconds = silentAfterSeconds(device),
): boolean {
  if (!newest) return true
  // A counter's time is its interval's start, so it could not have reported before the end.
  const { intervalSeconds } = newest.fields
  const measuredUntil = newest.time + (typeof intervalSeconds === 'number' ? intervalSeconds * 1000 : 0)
  return now - measuredUntil > limitSeconds * 1000
}
