import type { GeoJSONSource, Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl'
import type { PageContext } from '../../page.ts'
import { type Bounds, openStreetMap } from '../../parts/map.ts'
import { readColour } from '../../theme.ts'
import {
  type DraftClosure,
  drawClosures,
  drawStops,
  drawWays,
  NO_DRAFT,
  type ShownPlan,
} from './draw-plan.ts'
import { SOURCES, writePlanLayers } from './plan-layers.ts'
import type { Corner, LorryRound, Round } from './round.ts'
import { findPieceAt, listNamedPieces, type StreetPiece } from './street-pieces.ts'

export interface PlanMap {
  readonly element: HTMLElement
  readonly hasStreets: boolean
  show(plan: ShownPlan): void
  /** Looks at a lorry's round, or at all of them. */
  lookAt(lorries: readonly LorryRound[]): void
  /** What is about to be closed. */
  showDraft(draft: DraftClosure): void
  /** Clicks go to this instead of choosing a stop, until it is undefined again. */
  takeClicks(listener: ((place: Corner, street: StreetPiece | undefined) => void) | undefined): void
  readonly zoom: number
  /** With names, of those that are on the map now. */
  listStreets(): ReadonlyMap<string, readonly StreetPiece[]>
  /** Told when others may be on the map; one at a time. */
  onMoved(listener: (() => void) | undefined): void
  close(): void
}

const CHOOSABLE = ['plan-lifts', 'plan-places', 'plan-ways']

export async function openPlanMap(
  { api, authority }: PageContext,
  { round, onChoose }: { round: Round; onChoose: (lorryId: string, stopIndex: number | undefined) => void },
): Promise<PlanMap> {
  let shown: ShownPlan | undefined
  let draft: DraftClosure = NO_DRAFT
  let clicks: ((place: Corner, street: StreetPiece | undefined) => void) | undefined
  let moved: (() => void) | undefined
  const view = await openStreetMap({
    api,
    label: `Map of the round of ${round.request.date} in ${authority.name}; the lists beside it say the same`,
    bounds: boundsOf(round.lorries),
    onStyle(map) {
      for (const id of SOURCES) {
        map.addSource(id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
      }
      for (const layer of writePlanLayers()) map.addLayer(layer)
      draw(map)
    },
  })
  const { map } = view
  map.on('click', onClick)
  map.on('idle', () => {
    view.element.setAttribute('aria-busy', 'false')
    moved?.()
  })
  map.on('mousemove', (event) => {
    const isOver = clicks === undefined && findChoosable(event) !== undefined
    map.getCanvas().style.cursor = clicks ? 'crosshair' : isOver ? 'pointer' : ''
  })

  return {
    element: view.element,
    hasStreets: view.streets !== undefined,
    show(plan) {
      shown = plan
      // Until it is drawn.
      view.element.setAttribute('aria-busy', 'true')
      draw(map)
    },
    lookAt(lorries) {
      const bounds = boundsOf(lorries)
      if (bounds) view.frame(bounds)
    },
    showDraft(next) {
      draft = next
      draw(map)
    },
    takeClicks(listener) {
      clicks = listener
    },
    get zoom() {
      return map.getZoom()
    },
    listStreets: () => listNamedPieces(map),
    onMoved(listener) {
      moved = listener
    },
    close: view.close,
  }

  function draw(map: MapLibreMap): void {
    const put = (id: (typeof SOURCES)[number], data: object): void =>
      void map.getSource<GeoJSONSource>(id)?.setData(data as never)
    put('plan-closures', drawClosures(shown?.closures ?? [], draft))
    if (!shown) return
    put('plan-ways', drawWays(shown, readColour))
    put('plan-stops', drawStops(shown, readColour))
  }

  function onClick(event: MapMouseEvent): void {
    if (clicks) {
      clicks([event.lngLat.lng, event.lngLat.lat], findPieceAt(map, event.point))
      return
    }
    const found = findChoosable(event)
    if (!found) return
    const { lorryId, index } = found.properties
    onChoose(String(lorryId), typeof index === 'number' ? index : undefined)
  }

  function findChoosable({ point: { x, y } }: MapMouseEvent) {
    const box: [[number, number], [number, number]] = [
      [x - 5, y - 5],
      [x + 5, y + 5],
    ]
    // Not before the style is there.
    const layers = CHOOSABLE.filter((id) => map.getLayer(id))
    return layers.length === 0 ? undefined : map.queryRenderedFeatures(box, { layers })[0]
  }
}

function boundsOf(lorries: readonly LorryRound[]): Bounds | undefined {
  const places = lorries.flatMap(({ stops, geometry }) => [
    ...stops.map(({ longitude, latitude }) => [longitude, latitude] as const),
    ...(geometry.coordinates as readonly Corner[]),
  ])
  if (places.length === 0) return undefined
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const [x, y] of places) {
    west = Math.min(west, x)
    south = Math.min(south, y)
    east = Math.max(east, x)
    north = Math.max(north, y)
  }
  return [west, south, east, north]
}
