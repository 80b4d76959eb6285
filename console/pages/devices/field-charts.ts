import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import { loadUntilThere } from '../../load-until-there.ts'
import type { PageContext } from '../../page.ts'
import { type Chart, createChart } from '../../parts/chart.ts'
import { createStatus } from '../../parts/status.ts'
import type { PanelPart } from '../town/panel-part.ts'
import type { Device, Kind } from './device.ts'

interface ChartedField {
  readonly name: string
  readonly title: string
  readonly unit: string
}
type Interval = Readonly<
  Record<string, { readonly mean: number; readonly min: number; readonly max: number }>
> & {
  readonly time: string
}

const TEMPERATURE = { name: 'temperatureC', title: 'Temperature', unit: '°C' }
const BATTERY = { name: 'batteryPercent', title: 'Battery', unit: '%' }
const FIELDS: Readonly<Record<Kind, readonly ChartedField[]>> = {
  bin: [
    { name: 'distanceMm', title: 'Distance to the waste', unit: 'mm' },
    TEMPERATURE,
    BATTERY,
    { name: 'batteryVolts', title: 'Battery', unit: 'V' },
  ],
  traffic: [
    { name: 'meanSpeedKph', title: 'Mean speed', unit: 'km/h' },
    { name: 'occupancyPercent', title: 'Occupied', unit: '% of the time' },
  ],
  display: [TEMPERATURE, BATTERY, { name: 'lightLux', title: 'Light', unit: 'lux' }],
  vehicle: [{ name: 'speedKph', title: 'Speed', unit: 'km/h' }],
}
/** A bus's day is short, and read every few seconds. */
const SPANS: Readonly<
  Record<Kind, { readonly pastMs: number; readonly every: string; readonly words: string }>
> = {
  bin: { pastMs: 7 * 86_400_000, every: 'PT1H', words: 'last week' },
  traffic: { pastMs: 7 * 86_400_000, every: 'PT1H', words: 'last week' },
  display: { pastMs: 7 * 86_400_000, every: 'PT1H', words: 'last week' },
  vehicle: { pastMs: 3 * 3_600_000, every: 'PT1M', words: 'last three hours' },
}

/** What a device measured lately, a chart for each of its main fields that it told at all. */
export function createFieldCharts(context: PageContext, device: Device, now: () => number): PanelPart {
  const status = createStatus()
  const place = element('div', { class: 'field-charts' })
  const closed = new AbortController()
  const charts: Chart[] = []
  loadUntilThere(load, { status, signal: closed.signal })
  return {
    element: element('div', { class: 'thing-part' }, status.element, place),
    close() {
      closed.abort()
      for (const chart of charts) chart.close()
    },
  }

  async function load(): Promise<void> {
    const { pastMs, every, words } = SPANS[device.kind]
    const fields = FIELDS[device.kind]
    const names = fields.map(({ name }) => name).join(',')
    const from = Math.round(now() - pastMs)
    const { items } = await context.api.get<{ items: Interval[] }>(
      pathOf`devices/${device.id}/readings?every=${every}&fields=${names}&from=${from}&limit=1000`,
      closed.signal,
    )
    status.clear()
    for (const { name, title, unit } of fields) {
      const known = items.flatMap((item) => (item[name] ? [{ time: item.time, value: item[name] }] : []))
      // One point is no line.
      if (known.length < 2) continue
      const chart = await createChart({
        title: `${title}, ${words}`,
        unit,
        timeZone: context.authority.timeZone,
        heightPx: 140,
        series: [{ name: title, colour: '--accent' }],
      })
      if (closed.signal.aborted) return chart.close()
      charts.push(chart)
      place.append(chart.element)
      const low = Math.min(...known.map(({ value }) => value.min))
      const high = Math.max(...known.map(({ value }) => value.max))
      chart.update(
        known.map(({ time }) => Date.parse(time) / 1000),
        [known.map(({ value }) => value.mean)],
        `Between ${round(low)} and ${round(high)} ${unit}.`,
      )
    }
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
