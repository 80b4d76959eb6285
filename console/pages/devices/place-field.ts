import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl'
import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createFormField, type FormField } from '../../parts/form-field.ts'
import { openStreetMap, type StreetMap } from '../../parts/map.ts'
import { createStatus } from '../../parts/status.ts'
import { readColour } from '../../theme.ts'

interface Place {
  readonly longitude: number | null
  readonly latitude: number | null
}

/** Seven digits are a centimetre. */
const DIGITS = 7
/** How much of the surroundings is shown of a place that is known. */
const AROUND_DEGREES = 0.004

/** Asks for a place: typed, or by a click on the map. */
export function createPlaceField(
  context: PageContext,
  first: Place,
): { readonly element: HTMLElement; readonly fields: readonly FormField[]; close(): void } {
  const longitude = createFormField({
    input: createInput(first.longitude, 180),
    path: 'longitude',
    label: 'Longitude',
    hint: 'Degrees, east is positive.',
  })
  const latitude = createFormField({
    input: createInput(first.latitude, 90),
    path: 'latitude',
    label: 'Latitude',
    hint: 'Degrees, north is positive.',
  })
  const status = createStatus()
  const frame = element('div', { class: 'place-map' })
  let isClosed = false
  let streetMap: StreetMap | undefined
  void open()
  return {
    element: element(
      'fieldset',
      { class: 'place-field' },
      element('legend', {}, 'Place'),
      element('p', { class: 'hint' }, 'Type it, or click on the map.'),
      element('div', { class: 'form-fields' }, longitude.element, latitude.element),
      frame,
      status.element,
    ),
    fields: [longitude, latitude],
    close() {
      isClosed = true
      streetMap?.close()
    },
  }

  function createInput(value: number | null, max: number): HTMLInputElement {
    return element('input', {
      type: 'number',
      step: 'any',
      min: -max,
      max,
      value: value ?? '',
      oninput: () => streetMap && showMark(streetMap.map),
    })
  }

  /** The form goes on without a map where there can be none. */
  async function open(): Promise<void> {
    try {
      const { longitude: x, latitude: y } = first
      const opened = await openStreetMap({
        api: context.api,
        label: 'Map on which a click chooses the place',
        bounds:
          x === null || y === null
            ? undefined
            : [x - AROUND_DEGREES, y - AROUND_DEGREES, x + AROUND_DEGREES, y + AROUND_DEGREES],
        onStyle: addMark,
      })
      if (isClosed) return opened.close()
      streetMap = opened
      frame.append(opened.element)
      opened.map.on('click', ({ lngLat }) => {
        longitude.input.value = String(Number(lngLat.lng.toFixed(DIGITS)))
        latitude.input.value = String(Number(lngLat.lat.toFixed(DIGITS)))
        showMark(opened.map)
      })
    } catch (error) {
      frame.hidden = true
      status.fail(error)
    }
  }

  function addMark(map: MapLibreMap): void {
    map.addSource('place', { type: 'geojson', data: collectMark() })
    map.addLayer({
      id: 'place',
      type: 'circle',
      source: 'place',
      paint: {
        'circle-radius': 8,
        'circle-color': readColour('--accent'),
        'circle-stroke-color': readColour('--map-line'),
        'circle-stroke-width': 3,
      },
    })
  }

  function showMark(map: MapLibreMap): void {
    map.getSource<GeoJSONSource>('place')?.setData(collectMark())
  }

  function collectMark() {
    const [x, y] = [longitude.input.value, latitude.input.value]
    const isKnown = x !== '' && y !== '' && Math.abs(Number(x)) <= 180 && Math.abs(Number(y)) <= 90
    return {
      type: 'FeatureCollection' as const,
      features: isKnown
        ? [
            {
              type: 'Feature' as const,
              geometry: { type: 'Point' as const, coordinates: [Number(x), Number(y)] },
              properties: {},
            },
          ]
        : [],
    }
  }
}
