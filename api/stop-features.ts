import { z } from 'zod'
import { listRoutesOfStops } from '../transit/timetable/stop-calls.ts'
import type { Timetable } from '../transit/timetable/timetable.ts'

/** Where vehicles stop; the others are stations, entrances and the like. */
const STOP_TYPE = 0

export const stopFeatureSchema = z.object({
  type: z.literal('Feature'),
  id: z.string(),
  geometry: z.object({ type: z.literal('Point'), coordinates: z.array(z.number()).length(2) }).nullable(),
  properties: z.object({
    code: z.string().nullable(),
    name: z.string(),
    platformCode: z.string().nullable(),
    parentId: z.string().nullable(),
    routes: z.array(z.object({ id: z.string(), shortName: z.string(), type: z.int() })),
  }),
})

/** Found once for each timetable, and let go with it. */
const routesOfStops = new WeakMap<Timetable, ReturnType<typeof listRoutesOfStops>>()

/** Where vehicles stop, as GeoJSON features, each with the routes that call there; `isWanted` is asked by a stop's index. */
export function listStopFeatures(
  timetable: Timetable,
  isWanted: (stop: number) => boolean = () => true,
): z.infer<typeof stopFeatureSchema>[] {
  const { stops, routes } = timetable
  const routesOf = routesOfStops.get(timetable) ?? listRoutesOfStops(timetable)
  routesOfStops.set(timetable, routesOf)
  const features: z.infer<typeof stopFeatureSchema>[] = []
  for (let stop = 0; stop < stops.count; stop += 1) {
    if (stops.locationTypes[stop] !== STOP_TYPE || !isWanted(stop)) continue
    const coordinates = [stops.longitudes[stop] ?? Number.NaN, stops.latitudes[stop] ?? Number.NaN]
    features.push({
      type: 'Feature',
      id: stops.ids[stop] ?? '',
      geometry: coordinates.some(Number.isNaN) ? null : { type: 'Point', coordinates },
      properties: {
        code: stops.codes[stop] ?? null,
        name: stops.names[stop] ?? '',
        platformCode: stops.platformCodes[stop] ?? null,
        parentId: stops.ids[stops.parents[stop] ?? -1] ?? null,
        routes: (routesOf[stop] ?? []).map((route) => {
          return {
            id: routes.ids[route] ?? '',
            shortName: routes.shortNames[route] ?? '',
            type: routes.types[route] ?? 0,
          }
        }),
      },
    })
  }
  return features
}
