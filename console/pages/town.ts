import type { GeoJSONSource } from 'maplibre-gl'
import { element } from '../elements.ts'
import { keepFresh } from '../keep-fresh.ts'
import type { Page, PageContext } from '../page.ts'
import { openStreetMap } from '../parts/map.ts'
import { createStatus } from '../parts/status.ts'
import { readColour } from '../theme.ts'

/** The live map. */
export async function openTown({ api, authority }: PageContext): Promise<Page> {
  const status = createStatus()
  const view = await openStreetMap({
    api,
    label: `Map of ${authority.name}`,
    onStyle: (map) => {
      map.addSource('bins', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
      map.addLayer({
        id: 'bins',
        type: 'circle',
        source: 'bins',
        paint: { 'circle-color': readColour('--fill-low') },
      })
    },
  })
  let etag: string | null = null
  const endBins = keepFresh(
    async (signal) => {
      const answered = await api.getIfChanged<object>('bins', etag, signal)
      if (answered) {
        etag = answered.etag
        view.map.getSource<GeoJSONSource>('bins')?.setData(answered.value as never)
      }
      status.clear()
    },
    { seconds: 4, onError: (error) => status.fail(error) },
  )
  return {
    element: element('div', { class: 'town' }, view.element, status.element),
    close() {
      endBins()
      view.close()
    },
  }
}
