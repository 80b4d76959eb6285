import type { Publishable } from '../../model/authority.ts'

/** A collection of features, and which datasets open it. */
export interface OgcCollection {
  readonly id: string
  /** The first that is published is the one whose terms hold. */
  readonly datasets: readonly [Publishable, ...Publishable[]]
  /** The properties that items may be chosen by. */
  readonly queryables: readonly string[]
  /** Whether its features have a `time`. */
  readonly hasTime: boolean
}

export const OGC_COLLECTIONS: readonly OgcCollection[] = [
  { id: 'bins', datasets: ['bins'], queryables: ['name', 'area', 'stream', 'isSilent'], hasTime: true },
  { id: 'counters', datasets: ['counters'], queryables: ['name', 'area', 'isSilent'], hasTime: true },
  {
    id: 'displays',
    datasets: ['displays'],
    queryables: ['name', 'area', 'state', 'isSilent'],
    hasTime: true,
  },
  {
    id: 'vehicles',
    datasets: ['vehicles'],
    queryables: ['name', 'tripId', 'routeId', 'directionId', 'occupancyStatus', 'isSilent'],
    hasTime: true,
  },
  {
    id: 'stops',
    datasets: ['departures', 'gtfs'],
    queryables: ['name', 'code', 'platformCode', 'parentId'],
    hasTime: false,
  },
]

/** Every property that items of any collection may be chosen by. */
export const OGC_QUERYABLES: readonly string[] = [
  ...new Set(OGC_COLLECTIONS.flatMap(({ queryables }) => queryables)),
]

/** The coordinates are longitude and latitude in WGS 84, in this order. */
export const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'

const PART_1 = 'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf'

/** What is kept to of OGC 17-069r4, OGC API – Features – Part 1: Core. */
export const OGC_CONFORMANCE: readonly string[] = [
  `${PART_1}/core`,
  `${PART_1}/geojson`,
  `${PART_1}/html`,
  `${PART_1}/oas30`,
]
