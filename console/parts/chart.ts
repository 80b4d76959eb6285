import type uPlot from 'uplot'
import { element, replaceChildren } from '../elements.ts'
import { loadLibraryStyle } from '../load-style.ts'
import { onThemeChange, readColour } from '../theme.ts'

interface ChartSeries {
  readonly name: string
  /** A variable of the style, such as `--accent`. */
  readonly colour: string
  readonly isDashed?: boolean
  /** The range from the series `low` to the series `high`, by their places among the series, is filled. */
  readonly band?: { readonly low: number; readonly high: number }
  /** Only drawn as an edge of a band. */
  readonly isEdge?: boolean
  readonly isStepped?: boolean
}

export interface ChartOptions {
  /** What it shows; screen readers get this and `summary`. */
  readonly title: string
  readonly unit: string
  readonly series: readonly ChartSeries[]
  readonly timeZone?: string
  /** False where x is no time. */
  readonly hasTimes?: boolean
  /** What the x axis is called where it is no time. */
  readonly xTitle?: string
  readonly range?: readonly [number, number]
  readonly heightPx?: number
}

export interface Chart {
  readonly element: HTMLElement
  /** x rising: seconds since 1970 where they are times; a null is a gap. `summary` says in words what is to be seen. */
  update(xs: readonly number[], ys: readonly (readonly (number | null)[])[], summary: string): void
  close(): void
}

/** A line chart; uPlot is loaded with the first. */
export async function createChart(options: ChartOptions): Promise<Chart> {
  const [{ default: Plot }] = await Promise.all([import('uplot'), loadLibraryStyle('uplot.css')])
  const place = element('div', { class: 'chart-place', 'aria-hidden': 'true' })
  const words = element('p', { class: 'visually-hidden' })
  const figure = element(
    'figure',
    { class: 'chart' },
    element('figcaption', {}, options.title, element('span', { class: 'unit' }, options.unit)),
    place,
    writeLegend(options),
    words,
  )
  let plot: uPlot | undefined
  let data: uPlot.AlignedData = [[]]
  const height = options.heightPx ?? 180
  const resized = new ResizeObserver(() => {
    if (plot && place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height })
    else draw()
  })
  resized.observe(place)
  const endTheme = onThemeChange(draw)

  function draw(): void {
    plot?.destroy()
    plot = undefined
    if (place.clientWidth === 0 || data[0].length === 0) return
    plot = new Plot({ ...writeOptions(options, Plot), width: place.clientWidth, height }, data, place)
  }

  return {
    element: figure,
    update(xs, ys, summary) {
      data = [[...xs], ...ys.map((values) => [...values])]
      words.textContent = summary
      if (plot && xs.length > 0) plot.setData(data)
      else draw()
    },
    close() {
      endTheme()
      resized.disconnect()
      plot?.destroy()
      replaceChildren(place)
    },
  }
}

function writeLegend({ series }: ChartOptions): HTMLElement | undefined {
  const named = series.filter(({ isEdge }) => !isEdge)
  if (named.length < 2) return undefined
  return element(
    'ul',
    { class: 'chart-legend' },
    named.map(({ name, colour, isDashed }) => {
      const swatch = element('span', { class: isDashed ? 'swatch dashed' : 'swatch' })
      swatch.style.setProperty('--swatch', `var(${colour})`)
      return element('li', {}, swatch, name)
    }),
  )
}

function writeOptions(
  { series, timeZone, hasTimes = true, xTitle, range }: ChartOptions,
  Plot: typeof uPlot,
): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = {
    stroke: readColour('--muted'),
    grid: { stroke: readColour('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    ...(timeZone !== undefined && {
      tzDate: (seconds: number) => Plot.tzDate(new Date(seconds * 1000), timeZone),
    }),
    scales: { x: { time: hasTimes }, y: range === undefined ? {} : { range: [range[0], range[1]] } },
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    axes: [
      {
        ...axis,
        ...(xTitle !== undefined && { label: xTitle }),
        ...(hasTimes && {
          space: 64,
          values: (_: unknown, splits: number[]) => writeSplits(splits, timeZone),
        }),
        size: xTitle === undefined ? 28 : 48,
        font: FONT,
      },
      { ...axis, size: 44, font: FONT },
    ],
    series: [
      {},
      ...series.map(({ colour, isDashed, isEdge, isStepped }) => ({
        stroke: readColour(colour),
        width: isEdge ? 0 : 2,
        points: { show: false },
        spanGaps: false,
        ...(isDashed && { dash: [5, 4] }),
        ...(isStepped && Plot.paths.stepped && { paths: Plot.paths.stepped({ align: 1 }) }),
      })),
    ],
    bands: series.flatMap(({ band, colour }) =>
      band
        ? [{ series: [band.high + 1, band.low + 1] as [number, number], fill: fade(readColour(colour)) }]
        : [],
    ),
  }
}

/** Hours where they are near each other, otherwise days. */
function writeSplits(splits: readonly number[], timeZone: string | undefined): string[] {
  const stepSeconds = (splits[1] ?? 0) - (splits[0] ?? 0)
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(timeZone !== undefined && { timeZone }),
    ...(stepSeconds < 86_400 ? { hour: '2-digit', minute: '2-digit' } : { weekday: 'short', day: 'numeric' }),
  })
  return splits.map((seconds) => format.format(seconds * 1000))
}

const FONT = '12px system-ui, sans-serif'

function fade(colour: string): string {
  return `color-mix(in srgb, ${colour} 22%, transparent)`
}
