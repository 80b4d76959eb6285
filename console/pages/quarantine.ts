import { element, replaceChildren } from '../elements.ts'
import { keepFresh } from '../keep-fresh.ts'
import type { Page, PageContext } from '../page.ts'
import { confirmAction } from '../parts/dialog.ts'
import { createStatus } from '../parts/status.ts'
import { createTable } from '../parts/table.ts'
import { writeTime } from '../write-time.ts'
import { nameReason } from './quarantine/advice.ts'
import { openQuarantined } from './quarantine/open-quarantined.ts'
import type { Quarantined } from './quarantine/quarantined.ts'

/** A page of the list; more is asked for. */
const PER_PAGE = 50

/** What could not be read, and why; to be mended, tried again, or discarded. */
export async function openQuarantine(context: PageContext): Promise<Page> {
  const { api, authority } = context
  const status = createStatus()
  const mayAct = context.allows('operate')
  let reason = ''
  let limit = PER_PAGE
  const reasons = element('div', { class: 'actions', role: 'group', 'aria-label': 'Reason' })
  const table = createTable<Quarantined>({
    caption: 'Readings in quarantine, oldest first',
    keyOf: ({ id }) => id,
    empty: 'Nothing is in quarantine here: every reading that came could be read.',
    columns: [
      { title: 'Received', cell: ({ receivedTime }) => writeTime(receivedTime, authority.timeZone) },
      {
        title: 'Device',
        isName: true,
        cell: ({ device, topic }) =>
          device === null ? topic : element('a', { href: context.href('devices', device) }, device),
      },
      { title: 'What is wrong', cell: ({ detail }) => detail },
      {
        title: 'Payload',
        cell: (item) =>
          element(
            'button',
            {
              type: 'button',
              'aria-label': `Open the reading of ${item.device ?? item.topic}`,
              onclick: () => open(item),
            },
            'Open',
          ),
      },
    ],
  })
  const more = element('button', { type: 'button', onclick: showMore }, 'Show more')
  const all = element(
    'div',
    { class: 'actions' },
    element('button', { type: 'button', onclick: replayAll }, 'Try all of these again'),
    element('button', { type: 'button', class: 'danger', onclick: discardAll }, 'Discard all of these'),
  )

  async function load(signal?: AbortSignal): Promise<void> {
    const filter = reason === '' ? '' : `&reason=${encodeURIComponent(reason)}`
    const [{ items: counts }, { items, next }] = await Promise.all([
      api.get<{ items: { reason: string; count: number }[] }>('quarantine/reasons', signal),
      api.get<{ items: Quarantined[]; next: string | null }>(`quarantine?limit=${limit}${filter}`, signal),
    ])
    table.update(items)
    more.hidden = next === null
    all.hidden = !mayAct || items.length === 0
    showReasons(counts)
  }

  let shownReasons = ''
  function showReasons(counts: readonly { reason: string; count: number }[]): void {
    const total = counts.reduce((sum, { count }) => sum + count, 0)
    const rows = [{ reason: '', name: 'All', count: total }].concat(
      counts.map((row) => ({ ...row, name: nameReason(row.reason) })),
    )
    // Made anew only where it changes: the focus stays.
    const text = JSON.stringify([reason, rows])
    if (text === shownReasons) return
    const focused = reasons.contains(document.activeElement)
    shownReasons = text
    replaceChildren(
      reasons,
      rows.map((row) =>
        element(
          'button',
          {
            type: 'button',
            'aria-pressed': String(row.reason === reason),
            onclick: () => choose(row.reason),
          },
          `${row.name} (${row.count})`,
        ),
      ),
    )
    if (focused) reasons.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus()
  }

  const refresh = (): Promise<void> => load().catch((error) => status.fail(error, refresh))

  function choose(next: string): void {
    reason = next
    limit = PER_PAGE
    void refresh()
  }

  function showMore(): void {
    limit = Math.min(1_000, limit + PER_PAGE * 2)
    void refresh()
  }

  async function open(item: Quarantined): Promise<void> {
    const outcome = await openQuarantined(item, context)
    await refresh()
    if (outcome !== undefined) status.show(outcome)
  }

  async function replayAll(): Promise<void> {
    status.show('Trying them again …')
    try {
      const { stored, stillQuarantined } = await api.send<{ stored: number; stillQuarantined: number }>(
        'POST',
        'quarantine/replay',
        reason === '' ? {} : { reason },
      )
      await refresh()
      status.show(`${stored} stored, ${stillQuarantined} still refused.`)
    } catch (error) {
      status.fail(error, replayAll)
    }
  }

  async function discardAll(): Promise<void> {
    const which = reason === '' ? 'all readings in quarantine' : `all readings of “${nameReason(reason)}”`
    const isSure = await confirmAction({
      title: `Discard ${which}?`,
      text: 'They are gone for good, also those that are not on this page; they stay counted.',
      action: 'Discard all',
    })
    if (!isSure) return
    try {
      const query = reason === '' ? 'all=true' : `reason=${encodeURIComponent(reason)}`
      const { discarded } = await api.send<{ discarded: number }>('DELETE', `quarantine?${query}`)
      await refresh()
      status.show(`${discarded} discarded.`)
    } catch (error) {
      status.fail(error)
    }
  }

  const end = keepFresh(load, { seconds: 10, onError: (error) => status.fail(error) })
  return {
    element: element(
      'div',
      { class: 'page' },
      element('h1', {}, 'Quarantine'),
      element(
        'p',
        { class: 'hint' },
        'Readings that came and could not be stored. Nothing else waits behind them; mend the cause, then try them again.',
      ),
      reasons,
      status.element,
      table.element,
      element('div', { class: 'actions' }, more, all),
    ),
    close: end,
  }
}
