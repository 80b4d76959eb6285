import { pathOf } from '../../api.ts'
import { element, replaceChildren } from '../../elements.ts'
import { keepFresh } from '../../keep-fresh.ts'
import type { PageContext } from '../../page.ts'
import { createStatus } from '../../parts/status.ts'
import { writeTime } from '../../write-time.ts'
import { type Board, timeOf } from './board.ts'

const SECONDS = 5
const LINES_MAX = 6

/** As `GET …/displays/{device}/shown` has it. */
interface Shown {
  readonly device: string
  readonly lastHeardTime: string | null
  readonly shown: { readonly time: string; readonly lines: readonly string[] } | null
  readonly shouldShow: readonly Board[]
  readonly agrees: boolean | null
  readonly faults: readonly {
    readonly reason: 'unexpected_line' | 'wrong_time' | 'missing_departure'
    readonly line: string | null
    readonly departureId: string | null
  }[]
}

const REASONS = {
  unexpected_line: 'Nothing like this leaves here',
  wrong_time: 'The time is wrong',
  missing_departure: 'A departure is missing',
} as const

/** What a stop's display shows beside what it should, line by line. */
export function openSign(context: PageContext, device: string): { element: HTMLElement; close(): void } {
  const { api, authority, href } = context
  const status = createStatus()
  const state = element('p')
  const shows = element('ol', { class: 'sign-lines' })
  const should = element('ol', { class: 'sign-lines' })
  const faults = element('ul')
  let last = ''
  const end = keepFresh(
    async (signal) => {
      const shown = await api.get<Shown>(pathOf`displays/${device}/shown`, signal)
      status.clear()
      const text = JSON.stringify(shown)
      if (text === last) return
      last = text
      show(shown)
    },
    { seconds: SECONDS, onError: (error) => status.fail(error) },
  )
  const title = context.offers('devices') ? element('a', { href: href('devices', device) }, device) : device
  return {
    element: element(
      'section',
      { class: 'card', 'aria-label': `Display ${device}` },
      element('h2', {}, 'Display ', title),
      status.element,
      state,
      element(
        'div',
        { class: 'sign-sides' },
        element('div', {}, element('h3', {}, 'It shows'), shows),
        element('div', {}, element('h3', {}, 'It should show'), should),
      ),
      faults,
    ),
    close: end,
  }

  function show({ lastHeardTime, shown, shouldShow, agrees, faults: found }: Shown): void {
    const { timeZone } = authority
    replaceChildren(
      state,
      agrees === null
        ? element('span', { class: 'badge' }, 'not known')
        : element('span', { class: agrees ? 'badge good' : 'badge critical' }, agrees ? 'agrees' : 'differs'),
      lastHeardTime === null
        ? ' It was never heard.'
        : ` Last heard at ${writeTime(lastHeardTime, timeZone)}.`,
    )
    replaceChildren(
      shows,
      shown === null || shown.lines.length === 0
        ? element('li', { class: 'hint' }, shown === null ? 'It has not said what it shows.' : 'Nothing')
        : shown.lines.map((line) =>
            element('li', {}, found.some((fault) => fault.line === line) ? element('mark', {}, line) : line),
          ),
    )
    const items = shouldShow.flatMap((board) => board.items).toSorted((a, b) => timeOf(a) - timeOf(b))
    replaceChildren(
      should,
      items.length === 0
        ? element('li', { class: 'hint' }, 'Nothing: no departures in the next hours')
        : items.slice(0, LINES_MAX).map((item) => {
            const isMissing = found.some(({ departureId }) => departureId === item.departureId)
            const line = `${item.routeShortName} ${item.headsign} ${writeTime(timeOf(item), timeZone, timeOf(item))}`
            return element('li', {}, isMissing ? element('mark', {}, line) : line)
          }),
    )
    faults.hidden = found.length === 0
    replaceChildren(
      faults,
      found.map(({ reason, line, departureId }) =>
        element('li', {}, `${REASONS[reason]}: ${line ?? departureId ?? ''}`),
      ),
    )
  }
}
