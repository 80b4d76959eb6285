import type { Device, Kind } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import {
  type DescribedDevice,
  describeDevice,
  KIND_NAMES,
  type ObservedDevice,
  type Series,
  type SeriesTerms,
} from './describe-device.ts'
import type { Entity, EntityType } from './entity-model.ts'
import { createObservation } from './observation.ts'
import { OBSERVED_FIELDS } from './observed-properties.ts'

/** All entities but Observations, each always the same object. */
export interface EntityGraph {
  list(type: EntityType): readonly Entity[]
  find(type: EntityType, id: string): Entity | undefined
  follow(entity: Entity, navigation: string): readonly Entity[]
  /** Of a Datastream. */
  getSeries(datastream: Entity): Series
  /** What a reading says in a Datastream; undefined where it says nothing. */
  observe(datastream: Entity, reading: Reading): Entity | undefined
}

/** Devices are in the order of their ids; `now` tells the time in ms since 1970. */
export function createEntityGraph(observed: readonly ObservedDevice[], now: () => number): EntityGraph {
  const described = new Map<string, DescribedDevice>()
  for (const each of observed) described.set(each.device.id, findDescribed(each, now))
  const byObserved = new Map<EntityType, Map<string, Entity[]>>()

  return {
    list,
    find(type, id) {
      if (type === 'Sensor' || type === 'ObservedProperty')
        return list(type).find((entity) => entity.id === id)
      const [device = ''] = id.split('.', 1)
      const found = described.get(type === 'Datastream' ? device : id)
      return found && listOwn(found, type).find((entity) => entity.id === id)
    },
    follow(entity, navigation) {
      switch (entity.type) {
        case 'Thing':
        case 'Location': {
          const found = described.get(entity.id)
          return found ? listOwn(found, navigation.slice(0, -1) as EntityType) : []
        }
        case 'Datastream': {
          const { device, kind, field } = getSeries(entity)
          if (navigation === 'Sensor') return [SENSORS[kind]]
          if (navigation === 'ObservedProperty') return listKnown(PROPERTIES.get(field))
          return listKnown(described.get(device)?.thing)
        }
        case 'Observation': {
          const id = entity.id.slice(0, entity.id.lastIndexOf('@'))
          const found = described.get(id.split('.', 1)[0] ?? '')
          if (navigation === 'FeatureOfInterest') return listKnown(found?.feature)
          return listKnown(found?.datastreams.find((each) => each.entity.id === id)?.entity)
        }
        default:
          return groupDatastreams(entity.type).get(entity.id) ?? []
      }
    },
    getSeries,
    observe: (datastream, reading) => createObservation(datastream.id, getSeries(datastream).field, reading),
  }

  function list(type: EntityType): readonly Entity[] {
    if (type === 'Sensor') return Object.values(SENSORS).filter(({ id }) => groupDatastreams(type).has(id))
    if (type === 'ObservedProperty') {
      return [...PROPERTIES.values()].filter(({ id }) => groupDatastreams(type).has(id))
    }
    return [...described.values()].flatMap((each) => listOwn(each, type))
  }

  /** The Datastreams of each Sensor, or of each ObservedProperty. */
  function groupDatastreams(type: EntityType): Map<string, Entity[]> {
    let groups = byObserved.get(type)
    if (!groups) {
      const all = [...described.values()].flatMap(({ datastreams }) => datastreams)
      const grouped = Map.groupBy(all, ({ kind, field }) => (type === 'Sensor' ? kind : field))
      groups = new Map([...grouped].map(([id, series]) => [id, series.map(({ entity }) => entity)]))
      byObserved.set(type, groups)
    }
    return groups
  }
}

function listOwn(
  { thing, location, feature, datastreams }: DescribedDevice,
  type: EntityType,
): readonly Entity[] {
  switch (type) {
    case 'Thing':
      return [thing]
    case 'Location':
      return listKnown(location)
    case 'FeatureOfInterest':
      return listKnown(feature)
    case 'Datastream':
      return datastreams.map(({ entity }) => entity)
    default:
      return []
  }
}

function listKnown(entity: Entity | undefined): readonly Entity[] {
  return entity ? [entity] : []
}

// What was described of a device is kept as long as neither it nor what it last said changes.
const kept = new WeakMap<Device, ObservedDevice & { readonly described: DescribedDevice }>()
const seriesOf = new WeakMap<Entity, Series>()

function findDescribed(observed: ObservedDevice, now: () => number): DescribedDevice {
  const { device, latest, terms } = observed
  const before = kept.get(device)
  const isSame = before && areSame(before.latest, latest) && haveSameTerms(before.terms, terms)
  if (isSame) return before.described
  const described = describeDevice(observed, now)
  for (const { entity, ...series } of described.datastreams) seriesOf.set(entity, series)
  kept.set(device, { device, latest, terms, described })
  return described
}

function areSame(a: readonly Reading[], b: readonly Reading[]): boolean {
  return a.length === b.length && a.every((reading, index) => reading === b[index])
}

function haveSameTerms(a: SeriesTerms, b: SeriesTerms): boolean {
  return a.licence === b.licence && a.attribution === b.attribution && a.delaySeconds === b.delaySeconds
}

function getSeries(datastream: Entity): Series {
  const series = seriesOf.get(datastream)
  if (!series) throw new Error(`${datastream.id} is no Datastream`)
  return series
}

function describeSensor(kind: Kind): Entity {
  const { sensor } = KIND_NAMES[kind]
  return {
    type: 'Sensor',
    id: kind,
    properties: {
      name: sensor,
      description: `${sensor}: which make and model it is, is not told`,
      encodingType: 'text/html',
      metadata: `<p>${sensor}</p>`,
    },
  }
}

const SENSORS: Readonly<Record<Kind, Entity>> = {
  bin: describeSensor('bin'),
  traffic: describeSensor('traffic'),
  display: describeSensor('display'),
  vehicle: describeSensor('vehicle'),
}

const PROPERTIES: ReadonlyMap<string, Entity> = new Map(
  Object.entries(OBSERVED_FIELDS).map(([id, { name, definition, description }]) => [
    id,
    { type: 'ObservedProperty', id, properties: { name, definition, description } },
  ]),
)
