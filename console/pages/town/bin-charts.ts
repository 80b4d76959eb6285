import { pathOf } from '../../api.ts'
import { ApiError } from '../../api-error.ts'
import { element } from '../../elements.ts'
import { loadUntilThere } from '../../load-until-there.ts'
import type { PageContext } from '../../page.ts'
import { type Chart, createChart } from '../../parts/chart.ts'
import { createStatus } from '../../parts/status.ts'
import type { Thing } from './live-town.ts'
import type { PanelPart } from './panel-part.ts'

const HOUR_MS = 3_600_000
const PAST_MS = 7 * 24 * HOUR_MS
const AHEAD_HOURS = 72
const STEP_HOURS = 6

interface Fill {
  readonly expectedPercent: number
  readonly lowPercent: number
  readonly highPercent: number
  readonly chanceOfOverflow: number
}
interface Forecast {
  readonly items: readonly { readonly time: string; readonly asUsual: Fill; readonly nobodyEmpties: Fill }[]
}
interface Interval {
  readonly time: string
  readonly fillPercent?: { readonly mean: number }
}

/** A bin's last week and its next three days. */
export function createBinCharts(context: PageContext, bin: Pick<Thing, 'id'>, now: () => number): PanelPart {
  const status = createStatus()
  const chance = element('p')
  const place = element('div')
  const closed = new AbortController()
  let chart: Chart | undefined
  loadUntilThere(load, { status, signal: closed.signal })
  return {
    element: element('div', { class: 'thing-part' }, status.element, chance, place),
    close() {
      closed.abort()
      chart?.close()
    },
  }

  async function load(): Promise<void> {
    status.show('The forecast is being made…')
    const [past, forecast] = await Promise.all([loadPast(), loadForecast()])
    const made = await createChart({
      title: 'Level, last week and next three days',
      unit: '%',
      timeZone: context.authority.timeZone,
      range: [0, 100],
      series: [
        { name: 'Read', colour: '--accent' },
        { name: 'Expected', colour: '--muted', isDashed: true, band: { low: 2, high: 3 } },
        { name: 'low', colour: '--muted', isEdge: true },
        { name: 'high', colour: '--muted', isEdge: true },
      ],
    })
    if (closed.signal.aborted) return made.close()
    chart = made
    place.append(chart.element)
    showChart(chart, past, forecast)
    if (past === undefined) status.show('Its history takes a key that allows to read.')
    else status.clear()
  }

  /** Undefined where it is not for everybody. */
  async function loadPast(): Promise<readonly Interval[] | undefined> {
    if (!context.allows('read')) return undefined
    const from = now() - PAST_MS
    const query = pathOf`devices/${bin.id}/readings?every=PT1H&fields=fillPercent&limit=200&from=${Math.round(from)}`
    return (await context.api.get<{ items: Interval[] }>(query, closed.signal)).items
  }

  async function loadForecast(): Promise<Forecast> {
    const first = Math.ceil(now() / HOUR_MS) * HOUR_MS
    const steps = Array.from(
      { length: AHEAD_HOURS / STEP_HOURS + 1 },
      (_, step) => first + step * STEP_HOURS * HOUR_MS,
    )
    try {
      return await context.api.get<Forecast>(
        pathOf`bins/${bin.id}/forecast?times=${steps.join(',')}`,
        closed.signal,
      )
    } catch (error) {
      // The hour may have turned between here and there.
      if (error instanceof ApiError && error.status === 400) return { items: [] }
      throw error
    }
  }

  function showChart(into: Chart, past: readonly Interval[] | undefined, { items }: Forecast): void {
    const read = (past ?? []).flatMap(({ time, fillPercent }) =>
      fillPercent ? [{ x: Date.parse(time) / 1000, y: fillPercent.mean }] : [],
    )
    const ahead = items.map(({ time, asUsual }) => ({ x: Date.parse(time) / 1000, fill: asUsual }))
    const xs = [...read.map(({ x }) => x), ...ahead.map(({ x }) => x)]
    const blank = read.map(() => null)
    const of = (field: 'expectedPercent' | 'lowPercent' | 'highPercent'): (number | null)[] => [
      ...blank,
      ...ahead.map(({ fill }) => fill[field]),
    ]
    const tomorrow = items.find(({ time }) => Date.parse(time) >= now() + 24 * HOUR_MS)
    into.update(
      xs,
      [
        [...read.map(({ y }) => y), ...ahead.map(() => null)],
        of('expectedPercent'),
        of('lowPercent'),
        of('highPercent'),
      ],
      tomorrow
        ? `In a day ${Math.round(tomorrow.asUsual.expectedPercent)} % are expected, with 80 % chance between ${Math.round(tomorrow.asUsual.lowPercent)} and ${Math.round(tomorrow.asUsual.highPercent)} %.`
        : 'There is no forecast.',
    )
    if (!tomorrow) return
    const percent = Math.round(tomorrow.nobodyEmpties.chanceOfOverflow * 100)
    chance.textContent = `If nobody empties it, it is full within a day with a chance of ${percent} %.`
  }
}
