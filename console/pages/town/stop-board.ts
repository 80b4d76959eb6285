import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import { keepFresh } from '../../keep-fresh.ts'
import type { PageContext } from '../../page.ts'
import { createStatus } from '../../parts/status.ts'
import { createTable } from '../../parts/table.ts'
import { writeTime } from '../../write-time.ts'
import type { PanelPart } from './panel-part.ts'

const ROWS_MAX = 8

interface Departure {
  readonly departureId: string
  readonly routeShortName: string
  readonly headsign: string
  readonly aimedDepartureTime: string
  readonly expectedDepartureTime: string | null
  readonly state: string
}

interface Board {
  readonly generatedTime: string
  readonly items: readonly Departure[]
}

/** The next departures of a stop, counting down. */
export function createStopBoard({ api, authority }: PageContext, stop: string): PanelPart {
  const status = createStatus()
  const table = createTable<Departure & { readonly inMinutes: number }>({
    caption: 'Next departures',
    keyOf: ({ departureId }) => departureId,
    empty: 'Nothing departs here in the next hours.',
    columns: [
      { title: 'Route', cell: ({ routeShortName }) => routeShortName, isName: true },
      { title: 'To', cell: ({ headsign }) => headsign },
      { title: 'Leaves', cell: (departure) => writeDeparture(departure, authority.timeZone), isNumber: true },
    ],
  })
  const end = keepFresh(
    async (signal) => {
      const { generatedTime, items } = await api.get<Board>(pathOf`stops/${stop}/departures`, signal)
      const now = Date.parse(generatedTime)
      table.update(
        items.slice(0, ROWS_MAX).map((departure) => {
          const time = departure.expectedDepartureTime ?? departure.aimedDepartureTime
          return { ...departure, inMinutes: Math.floor((Date.parse(time) - now) / 60_000) }
        }),
      )
      status.clear()
    },
    { seconds: 5, onError: (error) => status.fail(error) },
  )
  return { element: element('div', { class: 'thing-part' }, status.element, table.element), close: end }
}

/** What is live is told in minutes, what is planned by the clock. */
function writeDeparture(
  { state, aimedDepartureTime, inMinutes }: Departure & { readonly inMinutes: number },
  timeZone: string,
): string {
  if (state === 'cancelled') return 'cancelled'
  if (state !== 'live' || inMinutes > 30) return writeTime(aimedDepartureTime, timeZone)
  return inMinutes <= 0 ? 'now' : `${inMinutes} min`
}
