import type { ExpressionSpecification, GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl'
import type { Api } from '../../api.ts'
import { type Bounds, openStreetMap } from '../../parts/map.ts'
import { readColour } from '../../theme.ts'
import { type BusLayer, createBusLayer } from './bus-layer.ts'
import { CHANCE_CLASSES, FILL_CLASSES, readFill, readFlow } from './describe-thing.ts'
import type { Layer, Thing } from './live-town.ts'

/** What colours the bins. */
export type BinColours = 'fill' | 'chance'

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

type StillLayer = Exclude<Layer, 'vehicles'>
/** From below to above. */
const STILL_LAYERS: readonly StillLayer[] = ['stops', 'displays', 'counters', 'bins']

/** GeoJSON (RFC 7946). */
interface Feature {
  readonly type: 'Feature'
  readonly geometry: { readonly type: 'Point'; readonly coordinates: number[] }
  readonly properties: Readonly<Record<string, string | number | boolean | null>>
}
interface FeatureCollection {
  readonly type: 'FeatureCollection'
  readonly features: Feature[]
}

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
  const features = new Map<StillLayer, Map<string, Feature>>(STILL_LAYERS.map((layer) => [layer, new Map()]))
  const hidden = new Set<Layer>()
  let colours: BinColours = 'fill'
  let chances: ReadonlyMap<string, number> = new Map()
  let isSilentOnly = false
  let selected: Thing | undefined
  let isFramed = false
  // Not there yet when the first style is.
  let busLayer: BusLayer | undefined
  const view = await openStreetMap({ api, label, onStyle: addLayers })
  const { map } = view
  isFramed = view.streets !== undefined
  const buses = createBusLayer(map)
  busLayer = buses
  map.on('click', (event) => {
    const bus = buses.pick(event.point.x, event.point.y)
    if (bus !== undefined) return onPick('vehicles', bus)
    const found = pickStill(event.point.x, event.point.y)
    if (found) onPick(found.layer, found.id)
  })
  map.on('mousemove', (event) => {
    const isOver =
      buses.pick(event.point.x, event.point.y) !== undefined ||
      pickStill(event.point.x, event.point.y) !== undefined
    map.getCanvas().style.cursor = isOver ? 'pointer' : ''
  })

  return {
    element: view.element,
    update(layer, changed, isAll) {
      if (layer === 'vehicles') {
        buses.update(changed, isAll)
      } else {
        updateStill(layer, changed, isAll)
      }
      if (!isFramed && isAll) frame(changed)
      const news = selected && changed.find(({ id }) => id === selected?.id)
      if (news && news.layer === selected?.layer) markSelected(news)
    },
    setVisible(layer, isVisible) {
      if (isVisible) hidden.delete(layer)
      else hidden.add(layer)
      if (layer === 'vehicles') return buses.setVisible(isVisible)
      if (map.getLayer(layer)) map.setLayoutProperty(layer, 'visibility', isVisible ? 'visible' : 'none')
    },
    setBinColours(next, known) {
      colours = next
      chances = known
      const bins = features.get('bins') as Map<string, Feature>
      for (const [id, feature] of bins) {
        bins.set(id, { ...feature, properties: { ...feature.properties, chance: chances.get(id) ?? null } })
      }
      setData('bins')
      if (map.getLayer('bins')) map.setPaintProperty('bins', 'circle-color', binColour())
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
      if (!map.getBounds().contains([longitude, latitude])) {
        map.easeTo({ center: [longitude, latitude], zoom: Math.max(map.getZoom(), 15) })
      }
    },
    close() {
      buses.close()
      view.close()
    },
  }

  function addLayers(ready: MapLibreMap): void {
    for (const layer of STILL_LAYERS) {
      ready.addSource(layer, { type: 'geojson', data: collect(layer) })
      addImages(ready)
      ready.addLayer(layer === 'bins' ? binLayer() : markLayer(layer))
    }
    ready.addSource('selected', { type: 'geojson', data: collectSelected() })
    ready.addLayer({
      id: 'selected',
      type: 'circle',
      source: 'selected',
      paint: {
        'circle-radius': 12,
        'circle-color': 'transparent',
        'circle-stroke-color': readColour('--ink'),
        'circle-stroke-width': 2.5,
      },
    })
    busLayer?.restyle()
  }

  function binLayer() {
    return {
      id: 'bins',
      type: 'circle' as const,
      source: 'bins',
      filter: filterOf('bins'),
      layout: { visibility: visibilityOf('bins') },
      paint: {
        'circle-radius': [
          'interpolate',
          ['linear'],
          ['zoom'],
          11,
          2.5,
          14,
          5,
          17,
          10,
        ] as ExpressionSpecification,
        'circle-color': binColour(),
        'circle-stroke-color': [
          'case',
          ['get', 'isSilent'],
          readColour('--unknown'),
          readColour('--map-line'),
        ] as ExpressionSpecification,
        'circle-stroke-width': ['case', ['get', 'isSilent'], 2, 1] as ExpressionSpecification,
      },
    }
  }

  function markLayer(layer: StillLayer) {
    return {
      id: layer,
      type: 'symbol' as const,
      source: layer,
      filter: filterOf(layer),
      ...(layer === 'stops' && { minzoom: 13 }),
      layout: {
        visibility: visibilityOf(layer),
        'icon-image': [
          'concat',
          `${layer}-`,
          ['case', ['get', 'isSilent'], 'silent', 'live'],
        ] as ExpressionSpecification,
        'icon-size': ['interpolate', ['linear'], ['zoom'], 11, 0.55, 15, 1] as ExpressionSpecification,
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    }
  }

  function binColour(): ExpressionSpecification {
    const [field, classes] =
      colours === 'fill' ? (['fill', FILL_CLASSES] as const) : (['chance', CHANCE_CLASSES] as const)
    const steps = classes.flatMap(({ below }, index) => {
      const next = classes[index + 1]
      return next ? [below, readColour(next.colour)] : []
    })
    const value = ['to-number', ['get', field], -1] as ExpressionSpecification
    return [
      'case',
      ['any', ['get', 'isSilent'], ['<', value, 0]],
      readColour('--map-ground'),
      ['step', value, readColour(classes[0].colour), ...steps] as unknown as ExpressionSpecification,
    ]
  }

  function filterOf(layer: StillLayer): ExpressionSpecification {
    return isSilentOnly && layer !== 'stops' ? ['==', ['get', 'isSilent'], true] : ['literal', true]
  }

  function visibilityOf(layer: Layer): 'visible' | 'none' {
    return hidden.has(layer) ? 'none' : 'visible'
  }

  function updateStill(layer: StillLayer, changed: readonly Thing[], isAll: boolean): void {
    const known = features.get(layer) as Map<string, Feature>
    if (isAll) known.clear()
    for (const thing of changed) {
      const feature = toFeature(thing, chances)
      if (feature) known.set(thing.id, feature)
      else known.delete(thing.id)
    }
    setData(layer)
  }

  function setData(layer: StillLayer): void {
    map.getSource<GeoJSONSource>(layer)?.setData(collect(layer))
  }

  function collect(layer: StillLayer): FeatureCollection {
    return { type: 'FeatureCollection', features: [...(features.get(layer)?.values() ?? [])] }
  }

  function markSelected(thing: Thing | undefined): void {
    selected = thing
    map.getSource<GeoJSONSource>('selected')?.setData(collectSelected())
  }

  /** A bus is marked where it moves. */
  function collectSelected(): FeatureCollection {
    const feature = selected && selected.layer !== 'vehicles' ? toFeature(selected, chances) : undefined
    return { type: 'FeatureCollection', features: feature ? [feature] : [] }
  }

  function pickStill(x: number, y: number): { layer: Layer; id: string } | undefined {
    const layers = STILL_LAYERS.filter((layer) => map.getLayer(layer))
    const box: [[number, number], [number, number]] = [
      [x - 6, y - 6],
      [x + 6, y + 6],
    ]
    const [found] = map.queryRenderedFeatures(box, { layers: [...layers] })
    return found && { layer: found.layer.id as Layer, id: String(found.properties['id']) }
  }

  /** Where no streets say where the town is, its devices do. */
  function frame(things: readonly Thing[]): void {
    const bounds = boundsOf(things)
    if (!bounds) return
    isFramed = true
    view.frame(bounds)
  }
}

function toFeature(thing: Thing, chances: ReadonlyMap<string, number>): Feature | undefined {
  const { id, layer, position, isSilent } = thing
  if (!position) return undefined
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [...position] },
    properties: {
      id,
      isSilent,
      ...(layer === 'bins' && { fill: readFill(thing) ?? null, chance: chances.get(id) ?? null }),
      ...(layer === 'counters' && { perHour: readFlow(thing).perHour }),
    },
  }
}

function boundsOf(things: readonly Thing[]): Bounds | undefined {
  let bounds: Bounds | undefined
  for (const { position } of things) {
    if (!position) continue
    const [longitude, latitude] = position
    const [west, south, east, north] = bounds ?? [longitude, latitude, longitude, latitude]
    bounds = [
      Math.min(west, longitude),
      Math.min(south, latitude),
      Math.max(east, longitude),
      Math.max(north, latitude),
    ]
  }
  return bounds
}

/** Shapes tell kinds apart where colours do not. */
const SHAPES: Readonly<
  Record<Exclude<StillLayer, 'bins'>, { readonly colour: string; readonly path: string }>
> = {
  counters: { colour: '--counter', path: 'M12 3 21 12 12 21 3 12Z' },
  displays: { colour: '--bus', path: 'M4 6h16v11H4Z' },
  stops: { colour: '--stop', path: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z' },
}
const IMAGE_PX = 24

function addImages(map: MapLibreMap): void {
  for (const [layer, { colour, path }] of Object.entries(SHAPES)) {
    for (const state of ['live', 'silent']) {
      const name = `${layer}-${state}`
      if (map.hasImage(name)) continue
      const isSilent = state === 'silent'
      map.addImage(name, drawShape(path, isSilent ? '--map-ground' : colour, isSilent || layer === 'stops'), {
        pixelRatio: 2,
      })
    }
  }
}

function drawShape(path: string, colour: string, isHollow: boolean): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = IMAGE_PX * 2
  canvas.height = IMAGE_PX * 2
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  // A third of the drawing is room, as the marks are not to be larger than bins.
  context.setTransform(1.4, 0, 0, 1.4, IMAGE_PX * 0.3, IMAGE_PX * 0.3)
  context.fillStyle = readColour(colour)
  context.strokeStyle = readColour(isHollow ? '--unknown' : '--map-line')
  context.lineWidth = isHollow ? 3 : 2
  const shape = new Path2D(path)
  context.fill(shape)
  context.stroke(shape)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}
