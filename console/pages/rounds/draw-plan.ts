import type { LorryLook } from './lorry-look.ts'
import type { Closure, Corner, LorryRound, Round, Stop } from './round.ts'
import type { Bin } from './town-names.ts'

/** What of a round is on the map. */
export interface ShownPlan {
  readonly round: Round
  /** By lorry. */
  readonly looks: ReadonlyMap<string, LorryLook>
  /** The lorry that is looked at; all of them where undefined. */
  readonly selected: string | undefined
  /** Where lorries went before the last mending, as far as that is otherwise now. */
  readonly oldWays: readonly LorryRound['geometry'][]
  /** Bins that the last mending changed. */
  readonly changed: ReadonlySet<string>
  readonly closures: readonly Closure[]
  readonly bins: ReadonlyMap<string, Bin>
  nameStop(stop: Stop): string
}

interface Feature {
  readonly type: 'Feature'
  readonly geometry: { readonly type: string; readonly coordinates: unknown }
  readonly properties: Readonly<Record<string, string | number | boolean>>
}
export interface Features {
  readonly type: 'FeatureCollection'
  readonly features: readonly Feature[]
}

/** Each lorry's way, and where they went before. */
export function drawWays(
  { round, looks, selected, oldWays }: ShownPlan,
  readColour: (name: string) => string,
): Features {
  const ways = round.lorries.map(({ lorryId, geometry }) => {
    const look = looks.get(lorryId)
    return feature(geometry, {
      kind: 'way',
      lorryId,
      letter: look?.letter ?? '',
      colour: readColour(look?.colour ?? '--ink'),
      pattern: look?.pattern ?? 0,
      isFaint: selected !== undefined && selected !== lorryId,
    })
  })
  return collect([...oldWays.map((geometry) => feature(geometry, { kind: 'old' })), ...ways])
}

/** Depot, tips, lifts with their numbers, and the bins that are left. */
export function drawStops(plan: ShownPlan, readColour: (name: string) => string): Features {
  const { round, looks, selected, changed, bins } = plan
  const stops = round.lorries.flatMap(({ lorryId, stops }) => {
    const colour = readColour(looks.get(lorryId)?.colour ?? '--ink')
    const isFaint = selected !== undefined && selected !== lorryId
    return numberStops(stops).flatMap(({ stop, number }, index) =>
      stop.type === 'break'
        ? []
        : [
            feature(pointAt([stop.longitude, stop.latitude]), {
              kind: stop.type === 'end' ? 'start' : stop.type,
              lorryId,
              index,
              number: number ?? '',
              colour,
              isFaint,
              status: stop.status ?? 'planned',
              isChanged: stop.deviceId !== null && changed.has(stop.deviceId),
              label: plan.nameStop(stop),
            }),
          ],
    )
  })
  const left = round.left.flatMap(({ deviceId }) => {
    const bin = bins.get(deviceId)
    if (!bin) return []
    const place = pointAt([bin.longitude, bin.latitude])
    return [feature(place, { kind: 'left', deviceId, isChanged: changed.has(deviceId), label: bin.name })]
  })
  return collect([...left, ...stops])
}

/** Closed places as areas; `draft` are those that are being chosen, with the streets and corners that make them. */
export function drawClosures(closures: readonly Closure[], draft: DraftClosure): Features {
  const area = (ring: readonly Corner[], kind: string): Feature =>
    feature({ type: 'Polygon', coordinates: [[...ring, ring[0]]] }, { kind })
  return collect([
    ...closures.flatMap(({ polygons }) => polygons.map((ring) => area(ring, 'closed'))),
    ...closures.flatMap(({ polygons }) =>
      polygons.map((ring) => feature(pointAt(centreOf(ring)), { kind: 'closed-mark' })),
    ),
    ...draft.polygons.map((ring) => area(ring, 'draft')),
    ...draft.lines.map((coordinates) => feature({ type: 'LineString', coordinates }, { kind: 'draft' })),
    ...draft.corners.map((corner) => feature(pointAt(corner), { kind: 'corner' })),
  ])
}

export interface DraftClosure {
  readonly polygons: readonly (readonly Corner[])[]
  readonly lines: readonly (readonly Corner[])[]
  readonly corners: readonly Corner[]
}

export const NO_DRAFT: DraftClosure = { polygons: [], lines: [], corners: [] }

/** Lifts and tips are counted, as on the printed sheets. */
export function numberStops(stops: readonly Stop[]): { stop: Stop; number: number | undefined }[] {
  let count = 0
  return stops.map((stop) => ({
    stop,
    number: stop.type === 'lift' || stop.type === 'tip' ? ++count : undefined,
  }))
}

function centreOf(ring: readonly Corner[]): Corner {
  const sum = ring.reduce(([x, y], corner) => [x + corner[0], y + corner[1]] as const, [0, 0] as Corner)
  return [sum[0] / ring.length, sum[1] / ring.length]
}

function pointAt(coordinates: Corner): Feature['geometry'] {
  return { type: 'Point', coordinates }
}

function feature(geometry: Feature['geometry'], properties: Feature['properties']): Feature {
  return { type: 'Feature', geometry, properties }
}

function collect(features: readonly Feature[]): Features {
  return { type: 'FeatureCollection', features }
}
