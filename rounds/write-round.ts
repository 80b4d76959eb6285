import { stringify } from 'csv-stringify/sync'
import type { LorryRound, Round, RoundStop } from '../model/round.ts'
import { escapeXml } from './escape-xml.ts'

const CSV_COLUMNS = [
  'lorryId',
  'order',
  'type',
  'deviceId',
  'tipId',
  'longitude',
  'latitude',
  'arrivalTime',
  'departureTime',
  'litres',
  'kg',
  'reason',
  'expectedPercent',
  'chanceOfOverflow',
  'costOfWaiting',
  'detourM',
  'detourCost',
  'status',
]

/** A row a stop in the order of driving, `order` from 0; then a row of type `left` for each bin that is left. */
export function writeRoundCsv({ lorries, left }: Round): string {
  const rows = lorries.flatMap(({ lorryId, stops }) =>
    stops.map((stop, order) => ({ lorryId, order, ...stop, ...stop.load })),
  )
  const leftRows = left.map((bin) => ({ type: 'left', ...bin }))
  return stringify([...rows, ...leftRows], { header: true, columns: CSV_COLUMNS })
}

/** A line for each lorry, then a point for each of its stops; `attribution` is a foreign member (RFC 7946, 6.1). */
export function writeRoundGeoJson({ lorries, attribution }: Round): string {
  const features = lorries.flatMap(({ lorryId, stops, distanceM, durationSeconds, geometry }) => [
    {
      type: 'Feature',
      id: lorryId,
      geometry,
      properties: { type: 'lorry', lorryId, distanceM, durationSeconds },
    },
    ...stops.map(({ longitude, latitude, load, ...stop }, order) => ({
      type: 'Feature',
      id: `${lorryId}/${order}`,
      geometry: { type: 'Point', coordinates: [longitude, latitude] },
      properties: { ...stop, lorryId, order, ...load },
    })),
  ])
  return JSON.stringify({
    type: 'FeatureCollection',
    ...(attribution === null ? {} : { attribution }),
    features,
  })
}

/** GPX 1.1: a route of the stops, with their times, and a track of the way, for each lorry. */
export function writeRoundGpx({ id, createdTime, lorries, attribution }: Round): string {
  // The element says that it is a copyright, and whose.
  const author = attribution?.replace(/^©\s*/, '')
  const copyright = author === undefined ? '' : `<copyright author="${escapeXml(author)}"/>`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gpx version="1.1" creator="Kerbside" xmlns="http://www.topografix.com/GPX/1/1">',
    `<metadata><name>${escapeXml(id)}</name>${copyright}<time>${createdTime}</time></metadata>`,
    ...lorries.map(writeRoute),
    ...lorries.map(writeTrack),
    '</gpx>',
    '',
  ].join('\n')
}

function writeRoute({ lorryId, stops }: LorryRound): string {
  return [
    `<rte><name>${escapeXml(lorryId)}</name>`,
    ...stops.map(
      (stop) =>
        `<rtept lat="${stop.latitude}" lon="${stop.longitude}"><time>${stop.arrivalTime}</time>` +
        `<name>${escapeXml(nameOf(stop))}</name>` +
        `${stop.reason === null ? '' : `<desc>${escapeXml(stop.reason)}</desc>`}<type>${stop.type}</type></rtept>`,
    ),
    '</rte>',
  ].join('\n')
}

function writeTrack({ lorryId, geometry }: LorryRound): string {
  return [
    `<trk><name>${escapeXml(lorryId)}</name><trkseg>`,
    ...geometry.coordinates.map(([longitude, latitude]) => `<trkpt lat="${latitude}" lon="${longitude}"/>`),
    '</trkseg></trk>',
  ].join('\n')
}

function nameOf({ type, deviceId, tipId }: RoundStop): string {
  return deviceId ?? tipId ?? type
}
