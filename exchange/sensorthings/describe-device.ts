import type { Device, Kind } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import { silentAfterSeconds } from '../../model/silence.ts'
import { pickTerms } from '../dataset-terms.ts'
import type { Entity } from './entity-model.ts'
import { resultOf, spanOf } from './observation.ts'
import { listObservedFields, OBSERVED_FIELDS, PLACE_FIELD } from './observed-properties.ts'
import { createTimeSpan } from './time-span.ts'

/** A device as it may be seen, and the newest reading of each of its parts. */
export interface ObservedDevice {
  readonly device: Device
  readonly latest: readonly Reading[]
  /** Of the dataset that it is in. */
  readonly terms: SeriesTerms
}

export interface SeriesTerms {
  readonly dataset: string
  readonly licence: string | undefined
  readonly attribution: string | undefined
  readonly delaySeconds: number
}

/** Of which readings a Datastream consists; the newest of them. */
export interface Series {
  readonly kind: Kind
  readonly device: string
  readonly part: string
  readonly field: string
  readonly latest: Reading
}

/** The entities of a device alone. */
export interface DescribedDevice {
  readonly thing: Entity
  /** Not there where nobody knows where it is. */
  readonly location: Entity | undefined
  readonly feature: Entity | undefined
  readonly datastreams: readonly (Series & { readonly entity: Entity })[]
}

/** `now` tells the time in ms since 1970 whenever somebody asks how old something is. */
export function describeDevice(
  { device, latest, terms }: ObservedDevice,
  now: () => number,
): DescribedDevice {
  const { id, kind, name } = device
  const place = placeOf(device, latest)
  const shared = {
    name: name ?? id,
    description: `Where ${name ?? id} ${kind === 'vehicle' ? 'was last' : 'stands'}`,
    encodingType: 'application/geo+json',
  }
  return {
    thing: describeThing(device),
    location: place && { type: 'Location', id, properties: { ...shared, location: place } },
    feature: place && { type: 'FeatureOfInterest', id, properties: { ...shared, feature: place } },
    datastreams: latest.flatMap((reading) =>
      listObservedFields(kind)
        .filter((field) => resultOf(reading, field) !== undefined)
        .map((field) => {
          const series = { kind, device: id, part: reading.part, field, latest: reading }
          return { ...series, entity: describeDatastream({ device, series, terms, place, now }) }
        }),
    ),
  }
}

/** What devices of a kind are, and what they measure with. */
export const KIND_NAMES: Readonly<Record<Kind, { readonly thing: string; readonly sensor: string }>> = {
  bin: { thing: 'Bin', sensor: 'Level sensor of a bin' },
  traffic: { thing: 'Traffic counter', sensor: 'Traffic counter' },
  display: { thing: 'Stop display', sensor: 'Sensors of a stop display' },
  vehicle: { thing: 'Vehicle', sensor: 'Satellite positioning of a vehicle' },
}

function describeThing({ id, kind, name, usrn, stopIds, settings }: Device): Entity {
  const { area, stream, capacityLitres } = settings
  return {
    type: 'Thing',
    id,
    properties: {
      name: name ?? id,
      description: KIND_NAMES[kind].thing,
      properties: {
        kind,
        ...(usrn !== null && { usrn }),
        ...(stopIds.length > 0 && { stopIds }),
        ...(area !== undefined && { area }),
        ...(stream !== undefined && { stream }),
        ...(capacityLitres !== undefined && { capacityLitres }),
      },
    },
  }
}

function describeDatastream({
  device,
  series,
  terms,
  place,
  now,
}: {
  readonly device: Device
  readonly series: Series
  readonly terms: SeriesTerms
  readonly place: object | undefined
  readonly now: () => number
}): Entity {
  const { field, part, latest } = series
  const known = OBSERVED_FIELDS[field]
  if (!known) throw new Error(`${field} is no observed field`)
  const { dataset, delaySeconds } = terms
  const id = part === '' ? `${device.id}.${field}` : `${device.id}.${part}.${field}`
  return {
    type: 'Datastream',
    id,
    properties: {
      name: `${known.name} of ${device.name ?? device.id}${tellPart(part)}`,
      description: known.description,
      observationType: `http://www.opengis.net/def/observationType/OGC-OM/2.0/${known.observationType}`,
      unitOfMeasurement: known.unit ?? NO_UNIT,
      ...(place && { observedArea: place }),
      properties: {
        dataset,
        ...(part !== '' && { part }),
        ...pickTerms(terms),
        ...(delaySeconds > 0 && { delaySeconds }),
        latestTime: createTimeSpan(latest.time),
        latestResultTime: createTimeSpan(latest.receivedTime),
        get ageSeconds() {
          return Math.max(0, Math.floor((now() - latest.time) / 1000))
        },
        get isSilent() {
          return now() - delaySeconds * 1000 - spanOf(latest).end > silentAfterSeconds(device) * 1000
        },
      },
    },
  }
}

/** OGC 18-088, table 10: what has no unit says so. */
const NO_UNIT = { name: null, symbol: null, definition: null }

/** Of `lane:1,direction:north`: `, lane 1, direction north`. */
function tellPart(part: string): string {
  return part === ''
    ? ''
    : `, ${part.replace(/^(lane|direction):/, '$1 ').replace(',direction:', ', direction ')}`
}

/** Where a vehicle was last, where anything else stands; undefined where that is not known. */
function placeOf({ kind, longitude, latitude }: Device, [reading]: readonly Reading[]): object | undefined {
  if (kind === 'vehicle') return reading && (resultOf(reading, PLACE_FIELD) as object | undefined)
  return longitude === null || latitude === null
    ? undefined
    : { type: 'Point', coordinates: [longitude, latitude] }
}
