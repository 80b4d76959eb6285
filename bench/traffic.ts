import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { forecastTraffic, type TrafficForecast } from '../rounds/traffic/forecast-traffic.ts'
import {
  createTrafficHistory,
  observeTraffic,
  type TrafficHistory,
} from '../rounds/traffic/traffic-history.ts'
import { createTrafficPool } from '../rounds/traffic/traffic-pool.ts'

const HOUR = 3_600_000
const WEEK = 168 * HOUR
const WEEKS_SCORED = 4
/** Of the recordings that there are; another town's is told by `--zone`. */
const ZONE = 'Europe/Berlin'

interface CountedHour {
  readonly time: number
  readonly count: number
  readonly speedKph: number | undefined
}

/**
 * The last four weeks of a folder with `counts.csv.gz` (site, ts, count, speed_kph by hour), each hour forecast from what
 * was known a week before it, and each week as a whole from what was known when it began; beside repeating last week.
 */
export async function benchTraffic(args: string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, zone: { type: 'string', default: ZONE } },
  })
  if (values.data === undefined) throw new Error('--data is missing: the folder with counts.csv.gz')
  const sites = readSites(values.data)
  const end = Math.max(...[...sites.values()].map((hours) => (hours.at(-1)?.time ?? 0) + HOUR))
  const town = {
    sites,
    histories: observeAll(sites),
    start: end - WEEKS_SCORED * WEEK,
    timeZone: values.zone,
  }
  const before = process.cpuUsage()
  // Of the hour a week before, a forecast knows as much as whoever repeats it: all.
  const lag = score(town, (time) => time - WEEK + HOUR)
  const cpuSeconds = (process.cpuUsage(before).user + process.cpuUsage(before).system) / 1e6
  const weekly = score(town, (time) => town.start + Math.floor((time - town.start) / WEEK) * WEEK)
  return {
    ...round({
      wapeRatio: lag.wape,
      wapeWeeklyOriginRatio: weekly.wape,
      lastWeekWapeRatio: lag.lastWeekWape,
      wapeWhereLastWeekRatio: lag.wapeWhereLastWeek,
      wapeFirstHalfRatio: lag.wapeOfHalf[0] ?? Number.NaN,
      wapeSecondHalfRatio: lag.wapeOfHalf[1] ?? Number.NaN,
      intervalCoverageRatio: lag.coverage,
      speedMaeKph: lag.speedMae,
      lastWeekSpeedMaeKph: lag.lastWeekSpeedMae,
      speedIntervalCoverageRatio: lag.speedCoverage,
      ...scoreNewCounters(town),
      forecastMicroseconds: (cpuSeconds * 1e6) / lag.hours,
    }),
    hours: lag.hours,
  }
}

interface Town {
  readonly sites: ReadonlyMap<string, readonly CountedHour[]>
  readonly histories: ReadonlyMap<string, TrafficHistory>
  readonly start: number
  readonly timeZone: string
}

function score({ sites, histories, start, timeZone }: Town, originOf: (time: number) => number) {
  const flow = createSum()
  const whereLastWeek = createSum()
  const lastWeek = createSum()
  const halves = [createSum(), createSum()]
  const inside = createSum()
  const speed = createSum()
  const lastWeekSpeed = createSum()
  const speedInside = createSum()
  for (const [siteIndex, [site, hours]] of [...sites].entries()) {
    const known = new Map(hours.map((hour) => [hour.time, hour]))
    const scored = hours.filter((hour) => hour.time >= start)
    const forecasts = forecastHours(histories.get(site), scored, originOf, timeZone)
    for (const { time, count, speedKph } of scored) {
      const forecast = forecasts.get(time)
      if (forecast?.count == null) continue
      const error = Math.abs(count - forecast.count)
      flow.add(error, count)
      halves[siteIndex % 2]?.add(error, count)
      inside.add(Number(count >= (forecast.countLow ?? 0) && count <= (forecast.countHigh ?? 0)), 1)
      const before = known.get(time - WEEK)
      if (before) {
        lastWeek.add(Math.abs(count - before.count), count)
        whereLastWeek.add(error, count)
      }
      const { meanSpeedKph, meanSpeedKphLow, meanSpeedKphHigh } = forecast
      if (speedKph === undefined || meanSpeedKph === null) continue
      speed.add(Math.abs(speedKph - meanSpeedKph), 1)
      speedInside.add(Number(speedKph >= (meanSpeedKphLow ?? 0) && speedKph <= (meanSpeedKphHigh ?? 0)), 1)
      if (before?.speedKph !== undefined) lastWeekSpeed.add(Math.abs(speedKph - before.speedKph), 1)
    }
  }
  return {
    wape: flow.ratio(),
    wapeOfHalf: halves.map((half) => half.ratio()),
    wapeWhereLastWeek: whereLastWeek.ratio(),
    lastWeekWape: lastWeek.ratio(),
    coverage: inside.ratio(),
    speedMae: speed.ratio(),
    lastWeekSpeedMae: lastWeekSpeed.ratio(),
    speedCoverage: speedInside.ratio(),
    hours: inside.count(),
  }
}

/** Counters of which only the ten days before the last four weeks are known, alone and with the others' weeks to lean on. */
function scoreNewCounters({ sites, histories, start, timeZone }: Town) {
  const alone = createSum()
  const pooled = createSum()
  const span = { now: start, from: start, to: start + WEEK, timeZone }
  for (const [site, hours] of sites) {
    const others = [...histories].filter(([other]) => other !== site).map(([, history]) => history)
    const pool = createTrafficPool(others, span)
    const history = observe(hours.filter(({ time }) => time >= start - 10 * 24 * HOUR && time < start))
    const withPool = byTime(forecastTraffic(history, pool, span))
    const without = byTime(forecastTraffic(history, undefined, span))
    for (const { time, count } of hours) {
      const expected = without.get(time)
      const expectedWithPool = withPool.get(time)
      if (expected === undefined || expectedWithPool === undefined) continue
      alone.add(Math.abs(count - expected), count)
      pooled.add(Math.abs(count - expectedWithPool), count)
    }
  }
  return { newCounterWapeRatio: pooled.ratio(), newCounterAloneWapeRatio: alone.ratio() }
}

function byTime(forecasts: readonly TrafficForecast[]): Map<number, number> {
  return new Map(forecasts.flatMap(({ time, count }) => (count === null ? [] : [[time, count]])))
}

/** By hour; those of the same origin at once. */
function forecastHours(
  history: TrafficHistory | undefined,
  hours: readonly CountedHour[],
  originOf: (time: number) => number,
  timeZone: string,
): Map<number, TrafficForecast> {
  const forecasts = new Map<number, TrafficForecast>()
  if (history === undefined) return forecasts
  for (const [now, group] of Map.groupBy(hours, ({ time }) => originOf(time))) {
    const from = group[0]?.time ?? now
    const to = (group.at(-1)?.time ?? now) + HOUR
    for (const forecast of forecastTraffic(history, undefined, { now, from, to, timeZone })) {
      forecasts.set(forecast.time, forecast)
    }
  }
  return forecasts
}

function observeAll(sites: ReadonlyMap<string, readonly CountedHour[]>): Map<string, TrafficHistory> {
  return new Map([...sites].map(([site, hours]) => [site, observe(hours)]))
}

function observe(hours: readonly CountedHour[]): TrafficHistory {
  const history = createTrafficHistory()
  for (const { time, count, speedKph } of hours) {
    observeTraffic(history, { time, intervalSeconds: 3600, count, meanSpeedKph: speedKph })
  }
  return history
}

function readSites(folder: string): Map<string, CountedHour[]> {
  const text = gunzipSync(readFileSync(join(folder, 'counts.csv.gz'))).toString()
  const sites = new Map<string, CountedHour[]>()
  for (const line of text.trim().split('\n').slice(1)) {
    const [site = '', ts = '', count = '', speed = ''] = line.split(',')
    const hours = sites.get(site) ?? []
    sites.set(site, hours)
    hours.push({
      time: Date.parse(ts),
      count: Number(count),
      speedKph: speed === '' ? undefined : Number(speed),
    })
  }
  for (const hours of sites.values()) hours.sort((a, b) => a.time - b.time)
  return sites
}

function createSum() {
  let above = 0
  let below = 0
  let count = 0
  return {
    add(numerator: number, denominator: number): void {
      above += numerator
      below += denominator
      count += 1
    },
    ratio: () => above / below,
    count: () => count,
  }
}

function round(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(4))]))
}
