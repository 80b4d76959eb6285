import { ApiError } from '../api-error.ts'
import { element } from '../elements.ts'
import { keepFresh } from '../keep-fresh.ts'
import type { Page, PageContext } from '../page.ts'
import { createChart } from '../parts/chart.ts'
import { createStatus } from '../parts/status.ts'
import { createTable } from '../parts/table.ts'
import { type Accuracy, createAccuracyView } from './platform/show-accuracy.ts'
import { type Balance, createBalanceView } from './platform/show-balance.ts'
import { createFeedsView, type FeedQuality } from './platform/show-feeds.ts'

const BALANCE_SECONDS = 3
const REPORTS_SECONDS = 30
/** Of the chart: ten minutes. */
const RATES_MAX = 200

interface Health {
  readonly checks: readonly {
    readonly name: string
    readonly isReady: boolean
    readonly detail: string | null
  }[]
}

/** Whether Kerbside itself is well: the balance, what its parts say, the feeds, and how good predictions are. */
export async function openPlatform(context: PageContext): Promise<Page> {
  const { api, authority } = context
  const status = createStatus()
  const balance = createBalanceView(context.href('quarantine'))
  const feeds = createFeedsView()
  const accuracy = createAccuracyView()
  const checks = createTable<Health['checks'][number]>({
    caption: 'Parts of this process',
    keyOf: ({ name }) => name,
    empty: 'Not asked yet.',
    columns: [
      { title: 'Part', isName: true, cell: ({ name }) => name },
      {
        title: 'State',
        cell: ({ isReady }) =>
          element('span', { class: isReady ? 'badge good' : 'badge critical' }, isReady ? 'Works' : 'Fails'),
      },
      { title: 'What it says', cell: ({ detail }) => detail ?? '' },
    ],
  })
  const chart = await createChart({
    title: 'Readings accepted',
    unit: 'a second',
    timeZone: authority.timeZone,
    series: [{ name: 'Accepted', colour: '--accent' }],
  })

  let last: { readonly seconds: number; readonly accepted: number } | undefined
  const times: number[] = []
  const rates: number[] = []

  const endBalance = keepFresh(
    async (signal) => {
      const now = await api.get<Balance>('ingest', signal)
      balance.update(now)
      noteRate(now.accepted)
      status.clear()
    },
    { seconds: BALANCE_SECONDS, onError: (error) => status.fail(error) },
  )
  const endReports = keepFresh(
    async (signal) => {
      const [health, quality, told] = await Promise.all([
        api.get<Health>('../../../health/ready', signal).catch(tellFault),
        api.get<FeedQuality>('feed-quality', signal).catch(noneWhereMissing),
        api.get<Accuracy>('accuracy', signal),
      ])
      checks.update(health.checks)
      feeds.update(quality)
      accuracy.update(told)
    },
    { seconds: REPORTS_SECONDS, onError: (error) => status.fail(error) },
  )

  function noteRate(accepted: number): void {
    const seconds = Date.now() / 1000
    if (last && seconds > last.seconds) {
      times.push(seconds)
      rates.push(Math.max(0, accepted - last.accepted) / (seconds - last.seconds))
      if (times.length > RATES_MAX) {
        times.shift()
        rates.shift()
      }
      chart.update(times, [rates], `${(rates.at(-1) ?? 0).toFixed(1)} readings a second are accepted now.`)
    }
    last = { seconds, accepted }
  }

  return {
    element: element(
      'div',
      { class: 'page' },
      element('h1', {}, 'Platform'),
      status.element,
      balance.element,
      element('section', { class: 'card', 'aria-label': 'Readings accepted' }, chart.element),
      element(
        'section',
        { class: 'card', 'aria-labelledby': 'parts' },
        element('h2', { id: 'parts' }, 'Parts'),
        checks.element,
      ),
      feeds.element,
      accuracy.element,
    ),
    close() {
      endBalance()
      endReports()
      chart.close()
    },
  }
}

/** What is not ready answers with a fault that says which part fails. */
function tellFault(error: unknown): Health {
  if (!(error instanceof ApiError && error.status === 503)) throw error
  return { checks: [{ name: 'Kerbside', isReady: false, detail: error.message }] }
}

/** An authority without a timetable has no feeds: that is no fault. */
function noneWhereMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined
  throw error
}
