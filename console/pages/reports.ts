import { element, replaceChildren } from '../elements.ts'
import { keepFresh } from '../keep-fresh.ts'
import type { Page, PageContext } from '../page.ts'
import { createStatus } from '../parts/status.ts'
import { createTable } from '../parts/table.ts'
import { writeTime } from '../write-time.ts'
import { openReport } from './reports/open-report.ts'
import { levelOf, nameService, nameState, type Report } from './reports/report.ts'

/** A page of the list; more is asked for. */
const PER_PAGE = 50

/** What people report, to be joined to its bin and answered. */
export async function openReports(context: PageContext): Promise<Page> {
  const { api, authority } = context
  const status = createStatus()
  let state: 'open' | 'closed' = 'open'
  let limit = PER_PAGE
  const states = element('div', { class: 'actions', role: 'group', 'aria-label': 'State' })
  const table = createTable<Report>({
    caption: 'Reports, newest first',
    keyOf: ({ id }) => id,
    empty: 'There are none. What people report by Open311 is listed here.',
    columns: [
      { title: 'Reported', cell: ({ requestedTime }) => writeTime(requestedTime, authority.timeZone) },
      { title: 'What', isName: true, cell: ({ service }) => nameService(service) },
      {
        title: 'Bin',
        cell: ({ deviceId }) =>
          deviceId === null
            ? 'not joined'
            : element('a', { href: context.href('devices', deviceId) }, deviceId),
      },
      { title: 'Said by', isNumber: true, cell: ({ voices }) => voices },
      { title: 'Its sensor said', isNumber: true, cell: (report) => levelOf(report) ?? '–' },
      { title: 'State', cell: nameState },
      {
        title: 'Report',
        cell: (report) =>
          element(
            'button',
            {
              type: 'button',
              'aria-label': `Open the report: ${nameService(report.service)}, ${report.deviceId ?? 'not joined'}`,
              onclick: () => open(report),
            },
            'Open',
          ),
      },
    ],
  })
  const more = element('button', { type: 'button', onclick: showMore }, 'Show more')

  async function load(signal?: AbortSignal): Promise<void> {
    const path = `reports?status=${state}&limit=${limit}`
    const { items, next } = await api.get<{ items: Report[]; next: string | null }>(path, signal)
    table.update(items)
    more.hidden = next === null
  }

  const refresh = (): Promise<void> => load().catch((error) => status.fail(error, refresh))

  function showStates(): void {
    replaceChildren(
      states,
      (['open', 'closed'] as const).map((each) =>
        element(
          'button',
          { type: 'button', 'aria-pressed': String(each === state), onclick: () => choose(each) },
          each === 'open' ? 'Open' : 'Closed',
        ),
      ),
    )
  }

  function choose(next: 'open' | 'closed'): void {
    state = next
    limit = PER_PAGE
    status.clear()
    showStates()
    states.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus()
    void refresh()
  }

  function showMore(): void {
    limit = Math.min(1_000, limit + PER_PAGE * 2)
    void refresh()
  }

  async function open({ id }: Report): Promise<void> {
    try {
      const outcome = await openReport(id, context)
      await refresh()
      if (outcome !== undefined) status.show(outcome)
    } catch (error) {
      status.fail(error)
    }
  }

  showStates()
  const end = keepFresh(load, { seconds: 15, onError: (error) => status.fail(error) })
  return {
    element: element(
      'div',
      { class: 'page' },
      element('h1', {}, 'Reports'),
      element(
        'p',
        { class: 'hint' },
        'What people report of bins. A bin that is reported to overflow is emptied on the next round, and whoever reported it is answered once it was.',
      ),
      states,
      status.element,
      table.element,
      element('div', { class: 'actions' }, more),
    ),
    close: end,
  }
}
