import type { ExpressionSpecification, GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl'
import type { Api } from '../../api.ts'
import { type Bounds, openStreetMap } from '../../parts/map.ts'
import { type BusLayer, createBusLayer } from './bus-layer.ts'
import type { Layer, Thing } from './live-town.ts'
import { createStillFeatures, type FeatureCollection, type StillLayer } from './still-features.ts'
import {
  addMarks,
  type BinColours,
  writeBinColour,
  writeBinLayer,
  writeMarkLayer,
  writeSelectedLayer,
} from './still-layers.ts'

export interface TownMap {
  readonly element: HTMLElement
  update(layer: Layer, changed: readonly Thing[], isAll: boolean): void
  setVisible(layer: Layer, isVisible: boolean): void
  /** `chances` in percent by the bin's id. */
  setBinColours(colours: BinColours, chances: ReadonlyMap<string, number>): void
  setSilentOnly(isSilentOnly: boolean): void
  /** Marks it, and moves the map if it is not to be seen. */
  select(thing: Thing | undefined): void
  close(): void
}

/** From below to above. */
const STILL_LAYERS: readonly StillLayer[] = ['stops', 'displays', 'counters', 'bins']
const PICK_PX = 6

/** The map of the town: what stands still in layers of the map, what moves above it. */
export async function openTownMap({
  api,
  label,
  onPick,
}: {
  api: Api
  label: string
  onPick: (layer: Layer, id: string) => void
}): Promise<TownMap> {
  const features = createStillFeatures(STILL_LAYERS)
  const hidden = new Set<Layer>()
  let colours: BinColours = 'fill'
  let isSilentOnly = false
  let selected: Thing | undefined
  // Not there yet when the first style is.
  let busLayer: BusLayer | undefined
  const view = await openStreetMap({ api, label, onStyle: addLayers })
  const { map } = view
  // Where no streets say where the town is, its devices do.
  let isFramed = view.streets !== undefined
  const buses = createBusLayer(map)
  busLayer = buses
  map.on('click', ({ point }) => {
    const found = pick(point.x, point.y)
    if (found) onPick(found.layer, found.id)
  })
  map.on('mousemove', ({ point }) => {
    map.getCanvas().style.cursor = pick(point.x, point.y) ? 'pointer' : ''
  })

  return {
    element: view.element,
    update(layer, changed, isAll) {
      if (layer === 'vehicles') buses.update(changed, isAll)
      else updateStill(layer, changed, isAll)
      if (!isFramed && isAll) frame(changed)
      const news = changed.find(({ id }) => id === selected?.id)
      if (news?.layer === selected?.layer && news) markSelected(news)
    },
    setVisible(layer, isVisible) {
      if (isVisible) hidden.delete(layer)
      else hidden.add(layer)
      if (layer === 'vehicles') buses.setVisible(isVisible)
      else if (map.getLayer(layer)) applyVisibility(map, layer)
    },
    setBinColours(next, chances) {
      colours = next
      features.setChances(chances)
      sourceOf('bins')?.setData(features.collect('bins'))
      if (map.getLayer('bins')) map.setPaintProperty('bins', 'circle-color', writeBinColour(colours))
    },
    setSilentOnly(next) {
      isSilentOnly = next
      for (const layer of STILL_LAYERS) if (map.getLayer(layer)) map.setFilter(layer, filterOf(layer))
    },
    select(thing) {
      const isOther = thing?.id !== selected?.id
      markSelected(thing)
      buses.setSelected(thing?.layer === 'vehicles' ? thing.id : undefined)
      if (!thing?.position || !isOther) return
      const [longitude, latitude] = thing.position
      if (map.getBounds().contains([longitude, latitude])) return
      map.easeTo({ center: [longitude, latitude], zoom: Math.max(map.getZoom(), 15) })
    },
    close() {
      buses.close()
      view.close()
    },
  }

  function addLayers(ready: MapLibreMap): void {
    addMarks(ready)
    for (const layer of STILL_LAYERS) {
      ready.addSource(layer, { type: 'geojson', promoteId: 'id', data: features.collect(layer) })
      ready.addLayer(
        layer === 'bins' ? writeBinLayer(colours, filterOf(layer)) : writeMarkLayer(layer, filterOf(layer)),
      )
      applyVisibility(ready, layer)
    }
    ready.addSource('selected', { type: 'geojson', data: collectSelected() })
    ready.addLayer(writeSelectedLayer())
    busLayer?.restyle()
  }

  function applyVisibility(ready: MapLibreMap, layer: Layer): void {
    ready.setLayoutProperty(layer, 'visibility', hidden.has(layer) ? 'none' : 'visible')
  }

  function filterOf(layer: StillLayer): ExpressionSpecification {
    return isSilentOnly && layer !== 'stops' ? ['==', ['get', 'isSilent'], true] : ['literal', true]
  }

  function updateStill(layer: StillLayer, changed: readonly Thing[], isAll: boolean): void {
    const changes = features.take(layer, changed, isAll)
    if (isAll) void sourceOf(layer)?.setData(features.collect(layer))
    else void sourceOf(layer)?.updateData(changes)
  }

  /** Undefined while a style is on its way, which then comes with all that there is. */
  function sourceOf(id: string): GeoJSONSource | undefined {
    return map.getSource<GeoJSONSource>(id)
  }

  function markSelected(thing: Thing | undefined): void {
    selected = thing
    void sourceOf('selected')?.setData(collectSelected())
  }

  /** A bus is marked where it moves. */
  function collectSelected(): FeatureCollection {
    const feature = selected && selected.layer !== 'vehicles' ? features.write(selected) : undefined
    return { type: 'FeatureCollection', features: feature ? [feature] : [] }
  }

  function pick(x: number, y: number): { layer: Layer; id: string } | undefined {
    const bus = buses.pick(x, y)
    if (bus !== undefined) return { layer: 'vehicles', id: bus }
    const layers = STILL_LAYERS.filter((layer) => map.getLayer(layer))
    const box: [[number, number], [number, number]] = [
      [x - PICK_PX, y - PICK_PX],
      [x + PICK_PX, y + PICK_PX],
    ]
    const [found] = map.queryRenderedFeatures(box, { layers: [...layers] })
    return found && { layer: found.layer.id as Layer, id: String(found.properties['id']) }
  }

  function frame(things: readonly Thing[]): void {
    const bounds = boundsOf(things)
    if (!bounds) return
    isFramed = true
    view.frame(bounds)
  }
}

function boundsOf(things: readonly Thing[]): Bounds | undefined {
  const places = things.flatMap(({ position }) => (position ? [position] : []))
  if (places.length === 0) return undefined
  const longitudes = places.map(([longitude]) => longitude)
  const latitudes = places.map(([, latitude]) => latitude)
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)]
}
