import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createStatus } from '../../parts/status.ts'
import { createTable } from '../../parts/table.ts'
import { writeTime } from '../../write-time.ts'
import { type Board, type Departure, timeOf } from './board.ts'

const ROWS_MAX = 12
const LATE_SECONDS = 60

/** A departure with what the clock makes of it: the row changes only when one of these does. */
interface Row extends Departure {
  readonly minutes: number
}

/** The live board of a stop: told by server-sent events, and counted down between them. */
export function openBoard(
  { api, authority }: PageContext,
  stop: string,
): { element: HTMLElement; close(): void } {
  const { timeZone } = authority
  const status = createStatus()
  status.show('The board is loading…')
  const table = createTable<Row>({
    caption: 'Departures',
    keyOf: ({ departureId }) => departureId,
    empty: 'Nothing leaves here within the next two hours.',
    columns: [
      { title: 'Route', isName: true, cell: ({ routeShortName }) => routeShortName },
      { title: 'To', cell: ({ headsign }) => headsign },
      {
        title: 'Timetable',
        isNumber: true,
        cell: (row) => writeTime(row.aimedDepartureTime, timeZone, timeOf(row)),
      },
      { title: 'Leaves in', isNumber: true, cell: writeWait },
      { title: 'Known from', cell: (row) => writeState(row, timeZone) },
    ],
  })
  let board: Board | undefined
  /** The server's clock, in ms ahead of this one. */
  let ahead = 0
  const following = api.follow(pathOf`stops/${stop}/departures/events?limit=${ROWS_MAX}`, {
    onEvent({ data }) {
      board = data as Board
      ahead = Date.parse(board.generatedTime) - Date.now()
      status.clear()
      show()
    },
    onConnected: (isConnected) => {
      if (!isConnected)
        status.show('The connection was lost; it is tried again. Until then the board may be old.')
      else if (board) status.clear()
    },
    onRefused: (error) => status.fail(error),
  })
  const clock = setInterval(show, 1_000)

  function show(): void {
    if (!board) return
    const now = Date.now() + ahead
    const rows = board.items.map((departure) => {
      return { ...departure, minutes: Math.floor((timeOf(departure) - now) / 60_000) }
    })
    // Until the next event says so itself.
    table.update(rows.filter(({ minutes }) => minutes >= -1))
  }

  return {
    element: element(
      'section',
      { class: 'card', 'aria-labelledby': 'board' },
      element('h2', { id: 'board' }, 'What leaves next'),
      status.element,
      table.element,
    ),
    close() {
      clearInterval(clock)
      following.close()
    },
  }
}

function writeWait({ state, minutes }: Row): string {
  if (state === 'cancelled') return '–'
  return minutes < 1 ? 'due' : `${minutes} min`
}

function writeState(row: Row, timeZone: string): HTMLElement {
  const { state, aimedDepartureTime, earliestTime, latestTime } = row
  switch (state) {
    case 'live': {
      const late = Math.round((timeOf(row) - Date.parse(aimedDepartureTime)) / 1000)
      const between =
        earliestTime !== null && latestTime !== null
          ? `between ${writeTime(earliestTime, timeZone, timeOf(row))} and ${writeTime(latestTime, timeZone, timeOf(row))}`
          : ''
      return element(
        'span',
        {},
        element('span', { class: 'badge good' }, 'live'),
        ` ${writeLateness(late)}`,
        element('br'),
        element('span', { class: 'hint' }, between),
      )
    }
    case 'cancelled':
      return element('span', { class: 'badge critical' }, 'cancelled')
    case 'noData':
      return element('span', { class: 'badge warning' }, 'no word of the bus')
    case 'stale':
      return element('span', { class: 'badge warning' }, 'not heard of for a while')
    default:
      return element('span', { class: 'badge' }, 'timetable')
  }
}

function writeLateness(seconds: number): string {
  if (Math.abs(seconds) < LATE_SECONDS) return 'on time'
  const minutes = Math.round(Math.abs(seconds) / 60)
  return seconds > 0 ? `${minutes} min late` : `${minutes} min early`
}
