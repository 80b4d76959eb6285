import type { LayerSpecification, Map as MapLibreMap, StyleSpecification } from 'maplibre-gl'
import type { Api } from '../api.ts'
import { ApiError } from '../api-error.ts'
import { element } from '../elements.ts'
import { loadLibraryStyle } from '../load-style.ts'
import { onThemeChange, readColour } from '../theme.ts'

/** West, south, east, north. */
export type Bounds = readonly [number, number, number, number]

export interface StreetMap {
  /** Its element fills what it is put into. */
  readonly element: HTMLElement
  readonly map: MapLibreMap
  /** Of the streets; undefined where the authority has none. */
  readonly streets: Bounds | undefined
  /** Looks at this, at once or as soon as it has a size. */
  frame(bounds: Bounds): void
  close(): void
}

interface TileJson {
  readonly tiles: readonly string[]
  readonly bounds: Bounds
  readonly minzoom: number
  readonly maxzoom: number
  readonly attribution?: string
}

/**
 * A map of the authority's streets, in the colours of the theme, or in the style that the installation names. Own sources and layers
 * are added by `onStyle`, which is called when the map is ready, and again after the theme has changed, with an empty style.
 */
export async function openStreetMap({
  api,
  label,
  bounds,
  onStyle,
}: {
  api: Api
  /** What the map shows, for screen readers. */
  label: string
  /** Where to look first; else at the streets. */
  bounds?: Bounds | undefined
  onStyle: (map: MapLibreMap) => void
}): Promise<StreetMap> {
  const [library, streets] = await Promise.all([
    import('maplibre-gl'),
    findStreets(api),
    loadLibraryStyle('maplibre-gl.css'),
  ])
  const place = element('div', { class: 'map' })
  let wanted = bounds ?? streets?.bounds
  const map = new library.Map({
    container: place,
    style: outsideStyle() ?? writeStyle(api, streets),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    fadeDuration: 0,
    transformRequest: (url) =>
      url.startsWith(api.address('').url) ? { url, headers: { ...api.address('').headers } } : { url },
  })
  map.touchZoomRotate.disableRotation()
  map.getCanvas().setAttribute('aria-label', label)
  map.addControl(new library.NavigationControl({ showCompass: false }), 'top-right')
  map.addControl(new library.ScaleControl(), 'bottom-left')
  map.addControl(new library.AttributionControl({ compact: true }), 'bottom-right')
  map.on('style.load', () => onStyle(map))
  const endTheme = onThemeChange(() => {
    if (outsideStyle() === undefined) map.setStyle(writeStyle(api, streets), { diff: false })
  })
  // It has no size before it is put somewhere, and so could not be framed.
  let isFramed = false
  const resized = new ResizeObserver(() => {
    map.resize()
    if (!isFramed) frame()
  })
  resized.observe(place)
  return {
    element: place,
    map,
    streets: streets?.bounds,
    frame(next) {
      wanted = next
      frame()
    },
    close() {
      endTheme()
      resized.disconnect()
      map.remove()
    },
  }

  function frame(): void {
    if (!wanted || place.clientWidth === 0) return
    isFramed = true
    const [west, south, east, north] = wanted
    map.fitBounds([west, south, east, north], { padding: 24, maxZoom: 16, animate: false })
  }
}

/** Another host is asked only where the installation says which. */
function outsideStyle(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="map-style"]')?.content
}

async function findStreets(api: Api): Promise<TileJson | undefined> {
  try {
    return await api.get<TileJson>('streets')
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

function writeStyle(api: Api, streets: TileJson | undefined): StyleSpecification {
  const ground: LayerSpecification = {
    id: 'ground',
    type: 'background',
    paint: { 'background-color': readColour('--map-ground') },
  }
  if (!streets) return { version: 8, sources: {}, layers: [ground] }
  const { minzoom, maxzoom, bounds, attribution } = streets
  return {
    version: 8,
    sources: {
      streets: {
        type: 'vector',
        tiles: [`${api.address('streets').url}/{z}/{x}/{y}.mvt`],
        minzoom,
        maxzoom,
        bounds: [bounds[0], bounds[1], bounds[2], bounds[3]],
        ...(attribution !== undefined && { attribution }),
      },
    },
    layers: [ground, ...writeStreetLayers()],
  }
}

const MAJOR = ['motorway', 'trunk', 'primary', 'motorway_link', 'trunk_link', 'primary_link']
const MIDDLE = ['secondary', 'tertiary', 'secondary_link', 'tertiary_link']

function writeStreetLayers(): LayerSpecification[] {
  const lines = (id: string, classes: readonly string[] | 'others', widths: readonly [number, number]) =>
    ({
      id: `streets-${id}`,
      type: 'line',
      source: 'streets',
      'source-layer': 'streets',
      filter:
        classes === 'others'
          ? ['!', ['in', ['get', 'class'], ['literal', [...MAJOR, ...MIDDLE]]]]
          : ['in', ['get', 'class'], ['literal', [...classes]]],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': readColour(id === 'minor' ? '--map-street' : '--map-road'),
        'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 11, widths[0], 18, widths[1]],
      },
    }) satisfies LayerSpecification
  return [
    lines('minor', 'others', [0.6, 12]),
    lines('middle', MIDDLE, [1.2, 16]),
    lines('major', MAJOR, [2, 20]),
    {
      id: 'street-names',
      type: 'symbol',
      source: 'streets',
      'source-layer': 'streets',
      minzoom: 14.5,
      layout: {
        'symbol-placement': 'line',
        'text-field': ['coalesce', ['get', 'name'], ''],
        'text-font': ['system-ui'],
        'text-size': 12,
      },
      paint: {
        'text-color': readColour('--muted'),
        'text-halo-color': readColour('--map-ground'),
        'text-halo-width': 1.5,
      },
    },
  ]
}
