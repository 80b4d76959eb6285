import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import type { Status } from '../../parts/status.ts'

const FORMATS = [
  { suffix: 'html', mediaType: 'text/html', title: 'Sheets to print' },
  { suffix: 'gpx', mediaType: 'application/gpx+xml', title: 'GPX' },
  { suffix: 'csv', mediaType: 'text/csv', title: 'CSV' },
  { suffix: 'geojson', mediaType: 'application/geo+json', title: 'GeoJSON' },
] as const

/** A button for each format. The key goes in a header, which a plain link would not send, so the file is fetched first. */
export function createDownloads(
  { api }: PageContext,
  { round, status }: { round: string; status: Status },
): HTMLElement {
  return element(
    'div',
    { class: 'actions', role: 'group', 'aria-label': 'Download' },
    FORMATS.map((format) =>
      element('button', { type: 'button', onclick: () => void download(format) }, format.title),
    ),
  )

  async function download({ suffix, mediaType }: (typeof FORMATS)[number]): Promise<void> {
    try {
      const text = await api.getText(`rounds/${encodeURIComponent(round)}.${suffix}`, mediaType)
      save(new Blob([text], { type: mediaType }), `${round}.${suffix}`)
    } catch (error) {
      status.fail(error)
    }
  }
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  element('a', { href: url, download: name }).click()
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 1_000)
}
