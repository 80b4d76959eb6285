import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import { loadUntilThere } from '../../load-until-there.ts'
import type { PageContext } from '../../page.ts'
import { type Chart, createChart } from '../../parts/chart.ts'
import { createStatus } from '../../parts/status.ts'
import type { Thing } from './live-town.ts'
import type { PanelPart } from './panel-part.ts'

const HOUR_MS = 3_600_000
const PAST_MS = 24 * HOUR_MS
const AHEAD_MS = 12 * HOUR_MS

interface Expected {
  readonly time: string
  readonly count: number | null
  readonly countLow: number | null
  readonly countHigh: number | null
}
/** Of an hour; beside these, `countsCar: {mean, …}` and so on, or `countField`. */
type Interval = Readonly<Record<string, { readonly mean: number } | number | string>> & {
  readonly time: string
  readonly count: number
}

/** A counter's last day against what was expected, and its next twelve hours. */
export function createCounterCharts(
  context: PageContext,
  counter: Pick<Thing, 'id'>,
  now: () => number,
): PanelPart {
  const status = createStatus()
  const place = element('div')
  const closed = new AbortController()
  let chart: Chart | undefined
  loadUntilThere(load, { status, signal: closed.signal })
  return {
    element: element('div', { class: 'thing-part' }, status.element, place),
    close() {
      closed.abort()
      chart?.close()
    },
  }

  async function load(): Promise<void> {
    status.show('The forecast is being made…')
    const hour = Math.floor(now() / HOUR_MS) * HOUR_MS
    const [from, to] = [hour - PAST_MS, hour + AHEAD_MS]
    const [counted, expected] = await Promise.all([
      loadCounted(from, hour),
      context.api.get<{ items: Expected[] }>(
        pathOf`counters/${counter.id}/forecast?from=${from}&to=${to}`,
        closed.signal,
      ),
    ])
    const made = await createChart({
      title: 'Road users by the hour',
      unit: 'an hour',
      timeZone: context.authority.timeZone,
      series: [
        { name: 'Counted', colour: '--counter', isStepped: true },
        { name: 'Expected', colour: '--muted', isDashed: true, band: { low: 2, high: 3 } },
        { name: 'low', colour: '--muted', isEdge: true },
        { name: 'high', colour: '--muted', isEdge: true },
      ],
    })
    if (closed.signal.aborted) return made.close()
    chart = made
    place.append(chart.element)
    showChart(chart, counted, expected.items)
    if (counted === undefined) status.show('Its history takes a key that allows to read.')
    else status.clear()
  }

  /** By the hour, in ms since 1970; undefined where it is not for everybody. */
  async function loadCounted(from: number, to: number): Promise<Map<number, number> | undefined> {
    if (!context.allows('read')) return undefined
    const query = pathOf`devices/${counter.id}/readings?every=PT1H&fields=counts,count&limit=100&from=${from}&to=${to}`
    const { items } = await context.api.get<{ items: Interval[] }>(query, closed.signal)
    return new Map(items.map((item) => [Date.parse(item.time), countOf(item)]))
  }

  function showChart(
    into: Chart,
    counted: Map<number, number> | undefined,
    expected: readonly Expected[],
  ): void {
    const times = expected.map(({ time }) => Date.parse(time))
    const next = expected.find(({ time }) => Date.parse(time) >= now())
    into.update(
      times.map((time) => time / 1000),
      [
        times.map((time) => counted?.get(time) ?? null),
        expected.map(({ count }) => count),
        expected.map(({ countLow }) => countLow),
        expected.map(({ countHigh }) => countHigh),
      ],
      next?.count === null || next === undefined
        ? 'There is no forecast.'
        : `In the next hour ${Math.round(next.count)} are expected, with 80 % chance between ${Math.round(next.countLow ?? 0)} and ${Math.round(next.countHigh ?? 0)}.`,
    )
  }
}

/** All lanes and kinds of road users of an interval: means times how many readings there were. */
function countOf(interval: Interval): number {
  let sum = 0
  for (const [name, summary] of Object.entries(interval)) {
    if (typeof summary === 'object' && /^count(s[A-Z]|Field)/.test(name)) sum += summary.mean * interval.count
  }
  return Math.round(sum)
}
