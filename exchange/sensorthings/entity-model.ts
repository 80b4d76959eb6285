/** The entities of the SensorThings API 1.1 (OGC 18-088, 8.2), their properties, and where each leads. */
export const ENTITY_TYPES = {
  Thing: {
    set: 'Things',
    properties: ['name', 'description', 'properties'],
    navigations: {
      Locations: { type: 'Location', isMany: true },
      HistoricalLocations: { type: 'HistoricalLocation', isMany: true },
      Datastreams: { type: 'Datastream', isMany: true },
    },
  },
  Location: {
    set: 'Locations',
    properties: ['name', 'description', 'encodingType', 'location', 'properties'],
    navigations: {
      Things: { type: 'Thing', isMany: true },
      HistoricalLocations: { type: 'HistoricalLocation', isMany: true },
    },
  },
  HistoricalLocation: {
    set: 'HistoricalLocations',
    properties: ['time'],
    navigations: {
      Thing: { type: 'Thing', isMany: false },
      Locations: { type: 'Location', isMany: true },
    },
  },
  Datastream: {
    set: 'Datastreams',
    properties: [
      'name',
      'description',
      'observationType',
      'unitOfMeasurement',
      'observedArea',
      'phenomenonTime',
      'resultTime',
      'properties',
    ],
    navigations: {
      Thing: { type: 'Thing', isMany: false },
      Sensor: { type: 'Sensor', isMany: false },
      ObservedProperty: { type: 'ObservedProperty', isMany: false },
      Observations: { type: 'Observation', isMany: true },
    },
  },
  Sensor: {
    set: 'Sensors',
    properties: ['name', 'description', 'encodingType', 'metadata', 'properties'],
    navigations: { Datastreams: { type: 'Datastream', isMany: true } },
  },
  ObservedProperty: {
    set: 'ObservedProperties',
    properties: ['name', 'definition', 'description', 'properties'],
    navigations: { Datastreams: { type: 'Datastream', isMany: true } },
  },
  Observation: {
    set: 'Observations',
    properties: ['phenomenonTime', 'result', 'resultTime', 'resultQuality', 'validTime', 'parameters'],
    navigations: {
      Datastream: { type: 'Datastream', isMany: false },
      FeatureOfInterest: { type: 'FeatureOfInterest', isMany: false },
    },
  },
  FeatureOfInterest: {
    set: 'FeaturesOfInterest',
    properties: ['name', 'description', 'encodingType', 'feature', 'properties'],
    navigations: { Observations: { type: 'Observation', isMany: true } },
  },
} as const satisfies Record<string, EntityDescription>

export type EntityType = keyof typeof ENTITY_TYPES

interface EntityDescription {
  /** What all of them are found at. */
  readonly set: string
  readonly properties: readonly string[]
  readonly navigations: Readonly<Record<string, { readonly type: string; readonly isMany: boolean }>>
}

export interface Navigation {
  readonly name: string
  readonly type: EntityType
  readonly isMany: boolean
}

export interface Entity {
  readonly type: EntityType
  readonly id: string
  readonly properties: Readonly<Record<string, unknown>>
}

/** Under either of these names an entity's id is asked for. */
export const ID_NAMES: readonly string[] = ['id', '@iot.id']

export function findEntitySet(name: string): EntityType | undefined {
  return listEntityTypes().find((type) => ENTITY_TYPES[type].set === name)
}

export function listEntityTypes(): readonly EntityType[] {
  return Object.keys(ENTITY_TYPES) as EntityType[]
}

export function listNavigations(type: EntityType): readonly Navigation[] {
  const { navigations }: EntityDescription = ENTITY_TYPES[type]
  return Object.entries(navigations).map(([name, { type: target, isMany }]) => ({
    name,
    type: target as EntityType,
    isMany,
  }))
}

export function findNavigation(type: EntityType, name: string): Navigation | undefined {
  return listNavigations(type).find((navigation) => navigation.name === name)
}

export function hasProperty(type: EntityType, name: string): boolean {
  const { properties }: EntityDescription = ENTITY_TYPES[type]
  return properties.includes(name)
}

/** What may be asked of an entity, for the words of a refusal. */
export function tellMembers(type: EntityType): string {
  const navigations = listNavigations(type).map(({ name }) => name)
  return ['id', ...ENTITY_TYPES[type].properties, ...navigations].join(', ')
}
