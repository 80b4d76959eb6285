import { element, hiddenText, replaceChildren } from '../../elements.ts'
import { keepFresh } from '../../keep-fresh.ts'
import type { PageContext } from '../../page.ts'
import { createStatus } from '../../parts/status.ts'
import { createTable } from '../../parts/table.ts'
import { loadComparison, writeComparison } from './comparison.ts'
import { openPlanDialog } from './plan-dialog.ts'
import { hasPlan, listLifts, type Round } from './round.ts'
import type { TownNames } from './town-names.ts'
import { STATUSES, writeCost, writeDay, writeHours, writeKm } from './write-figures.ts'

/** What the list keeps of a round, which is large. */
interface Row {
  readonly id: string
  readonly date: string
  readonly status: Round['status']
  readonly figures: { bins: number; lorries: number; km: string; hours: string; cost: string } | undefined
}

/** Rounds are asked for some at a time, since each is sent whole. */
const PER_PAGE = 10
const REFRESH_SECONDS = 15

/** The rounds, newest first; two of them compared; a new one. */
export function openRoundsList(
  context: PageContext,
  names: TownNames,
): { readonly element: HTMLElement; close(): void } {
  const { api, allows, announce, setSteps, href } = context
  const status = createStatus()
  const compared = new Set<string>()
  const comparison = element('section', { 'aria-label': 'Comparison' })
  const compareButton = element('button', { type: 'button', onclick: () => void compare() }, 'Compare two')
  const olderButton = element(
    'button',
    { type: 'button', hidden: true, onclick: () => void readOlder() },
    'Older rounds',
  )
  let newest: readonly Row[] = []
  let older: Row[] = []
  let next: string | null = null
  let etag: string | null = null
  const table = createTable<Row>({
    caption: 'Rounds, newest first',
    columns: [
      { title: 'Compare', cell: compareBox },
      {
        title: 'Day',
        cell: ({ id, date }) =>
          element('a', { href: href('rounds', id) }, writeDay(date, 'medium'), hiddenText(` ${id}`)),
        isName: true,
      },
      { title: 'State', cell: writeStatus },
      { title: 'Bins', cell: ({ figures }) => figures?.bins, isNumber: true },
      { title: 'Lorries', cell: ({ figures }) => figures?.lorries, isNumber: true },
      { title: 'Way', cell: ({ figures }) => figures?.km, isNumber: true },
      { title: 'Time', cell: ({ figures }) => figures?.hours, isNumber: true },
      { title: 'Cost', cell: ({ figures }) => figures?.cost, isNumber: true },
    ],
    keyOf: ({ id }) => id,
    empty: 'No round has been planned yet.',
  })
  showCompareButton()
  const endRefresh = keepFresh(
    async (signal) => {
      const answered = await api.getIfChanged<{ items: Round[]; next: string | null }>(
        `rounds?limit=${PER_PAGE}`,
        etag,
        signal,
      )
      if (!answered) return
      etag = answered.etag
      newest = answered.value.items.map(summarize)
      if (older.length === 0) next = answered.value.next
      show()
      status.clear()
    },
    { seconds: REFRESH_SECONDS, onError: (error) => status.fail(error) },
  )
  return {
    element: element(
      'div',
      { class: 'page' },
      element(
        'div',
        { class: 'page-top' },
        element('h1', { tabindex: -1 }, 'Rounds'),
        element(
          'div',
          { class: 'actions' },
          compareButton,
          allows('operate')
            ? element(
                'button',
                { type: 'button', class: 'primary', onclick: () => void plan() },
                'Plan a round',
              )
            : element('p', { class: 'hint' }, 'Planning a round takes a key that allows to operate.'),
        ),
      ),
      status.element,
      comparison,
      table.element,
      element('div', { class: 'actions' }, olderButton),
    ),
    close: endRefresh,
  }

  function show(): void {
    const known = new Set(newest.map(({ id }) => id))
    table.update([...newest, ...older.filter(({ id }) => !known.has(id))])
    olderButton.hidden = next === null
  }

  async function plan(): Promise<void> {
    const round = await openPlanDialog(context, names)
    if (round) setSteps(round.id)
  }

  async function readOlder(): Promise<void> {
    if (next === null) return
    try {
      const page = await api.get<{ items: Round[]; next: string | null }>(
        `rounds?limit=${PER_PAGE}&after=${encodeURIComponent(next)}`,
      )
      older = [...older, ...page.items.map(summarize)]
      next = page.next
      show()
    } catch (error) {
      status.fail(error, () => void readOlder())
    }
  }

  function compareBox({ id, date, figures }: Row): HTMLElement | undefined {
    if (!figures) return undefined
    const box = element('input', {
      type: 'checkbox',
      checked: compared.has(id),
      'aria-label': `Compare ${writeDay(date, 'medium')}, ${id}`,
      onchange: () => {
        if (box.checked) compared.add(id)
        else compared.delete(id)
        showCompareButton()
      },
    })
    return box
  }

  function showCompareButton(): void {
    compareButton.disabled = compared.size !== 2
    compareButton.textContent = compared.size > 2 ? 'Compare two: choose no more' : 'Compare two'
  }

  /** The later of the two with the earlier, as they stand in the list. */
  async function compare(): Promise<void> {
    const [own, other] = [...newest, ...older].map(({ id }) => id).filter((id) => compared.has(id))
    if (own === undefined) return
    try {
      const compared = await loadComparison(context, own, other)
      replaceChildren(comparison, writeComparison(compared))
      announce(compared.summary)
    } catch (error) {
      status.fail(error, () => void compare())
    }
  }
}

function summarize(round: Round): Row {
  const { id, request, status, lorries, distanceM, durationSeconds, cost } = round
  const figures = {
    bins: listLifts(round).length,
    lorries: lorries.length,
    km: writeKm(distanceM),
    hours: writeHours(durationSeconds),
    cost: writeCost(cost),
  }
  return { id, date: request.date, status, figures: hasPlan(round) ? figures : undefined }
}

function writeStatus({ status }: Row): HTMLElement {
  const { text, badge } = STATUSES[status]
  return element('span', { class: `badge ${badge}` }, text)
}
