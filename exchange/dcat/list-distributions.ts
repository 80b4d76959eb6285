import type { Publishable } from '../../model/authority.ts'
import { DEVICE_DATASETS } from '../published-view.ts'

/** A form in which a dataset is there. */
export interface Distribution {
  /** The last part of its id. */
  readonly id: string
  readonly title: string
  readonly accessUrl: string
  /** Where the data itself is; absent where that takes another step, such as a stop or a day. */
  readonly downloadUrl?: string
  /** As IANA has it. */
  readonly mediaType: string
  /** As the Publications Office of the European Union names it in its list of file types; absent where that has none. */
  readonly format?: string
  /** The service that gives it. */
  readonly service?: 'ogc' | 'sensorthings'
  readonly frequency: 'continuous' | 'daily' | 'irregular'
}

/** In which forms a dataset is there; `root` is the address of the authority's resources. */
export function listDistributions(dataset: Publishable, root: string): readonly Distribution[] {
  if (dataset in DEVICE_DATASETS) return listOfDevices(dataset, root)
  return OTHERS[dataset]?.(root) ?? []
}

function listOfDevices(dataset: string, root: string): Distribution[] {
  const days = `${root}/exports?dataset=${dataset}`
  return [
    {
      id: 'geojson',
      title: 'The latest values on a map, as GeoJSON',
      accessUrl: `${root}/${dataset}`,
      downloadUrl: `${root}/${dataset}`,
      mediaType: 'application/geo+json',
      format: 'GEOJSON',
      frequency: 'continuous',
    },
    {
      id: 'ogc',
      title: 'By OGC API – Features',
      accessUrl: `${root}/ogc/collections/${dataset}`,
      downloadUrl: `${root}/ogc/collections/${dataset}/items`,
      mediaType: 'application/geo+json',
      format: 'GEOJSON',
      service: 'ogc',
      frequency: 'continuous',
    },
    {
      id: 'sensorthings',
      title: 'All measurements, by the SensorThings API',
      accessUrl: `${root}/sensorthings/v1.1`,
      mediaType: 'application/json',
      format: 'JSON',
      service: 'sensorthings',
      frequency: 'continuous',
    },
    {
      id: 'csv',
      title: 'All measurements, a file a day, as CSV',
      accessUrl: days,
      mediaType: 'text/csv',
      format: 'CSV',
      frequency: 'daily',
    },
    {
      id: 'parquet',
      title: 'All measurements, a file a day, as Apache Parquet',
      accessUrl: days,
      mediaType: 'application/vnd.apache.parquet',
      format: 'PARQUET',
      frequency: 'daily',
    },
  ]
}

const PROTOBUF = 'application/x-protobuf'

const OTHERS: { readonly [D in Publishable]?: (root: string) => Distribution[] } = {
  departures: (root) => [
    {
      id: 'stops',
      title: 'The stops, under each of which are its departures',
      accessUrl: `${root}/stops`,
      downloadUrl: `${root}/stops`,
      mediaType: 'application/geo+json',
      format: 'GEOJSON',
      frequency: 'irregular',
    },
    {
      id: 'siri',
      title: 'Departures of a stop, by SIRI-Lite stop monitoring',
      accessUrl: `${root}/siri/stop-monitoring.json`,
      mediaType: 'application/json',
      format: 'JSON',
      frequency: 'continuous',
    },
  ],
  gtfs: (root) => [
    {
      id: 'gtfs',
      title: 'The timetable, as GTFS',
      accessUrl: `${root}/gtfs.zip`,
      downloadUrl: `${root}/gtfs.zip`,
      mediaType: 'application/zip',
      format: 'ZIP',
      frequency: 'irregular',
    },
  ],
  'gtfs-rt': (root) =>
    (
      [
        ['trip-updates', 'When trips arrive and depart'],
        ['vehicle-positions', 'Where the vehicles are'],
        ['alerts', 'What passengers are told of disturbances'],
      ] as const
    ).map(([id, title]) => ({
      id,
      title: `${title}, as GTFS-Realtime`,
      accessUrl: `${root}/gtfs-rt/${id}`,
      downloadUrl: `${root}/gtfs-rt/${id}`,
      mediaType: PROTOBUF,
      format: 'PROTOBUF',
      frequency: 'continuous',
    })),
  rounds: (root) => [
    {
      id: 'json',
      title: 'The rounds, newest first',
      accessUrl: `${root}/rounds`,
      downloadUrl: `${root}/rounds`,
      mediaType: 'application/json',
      format: 'JSON',
      frequency: 'irregular',
    },
  ],
  'service-alerts': (root) =>
    (
      [
        ['service-alerts', 'What passengers are told of disturbances'],
        ['works', 'Works in the streets, and announced changes of service'],
      ] as const
    ).map(([id, title]) => ({
      id,
      title: `${title}, as an Atom feed`,
      accessUrl: `${root}/feeds/${id}.atom`,
      downloadUrl: `${root}/feeds/${id}.atom`,
      mediaType: 'application/atom+xml',
      format: 'ATOM',
      frequency: 'continuous',
    })),
  'bin-days': (root) => [
    {
      id: 'icalendar',
      title: 'Bin days of collections and of households, as calendars',
      accessUrl: `${root}/calendars`,
      mediaType: 'text/calendar',
      format: 'ICS',
      frequency: 'irregular',
    },
  ],
  open311: (root) => [
    {
      id: 'open311',
      title: 'Reports, by Open311 GeoReport v2',
      accessUrl: `${root}/open311/v2/requests.json`,
      downloadUrl: `${root}/open311/v2/requests.json`,
      mediaType: 'application/json',
      format: 'JSON',
      frequency: 'continuous',
    },
  ],
}
