import { type AccuracyBin, MBTA_BINS, TRANSIT_APP_BINS } from './accuracy-bins.ts'
import type { AccuracyCount } from './accuracy-counters.ts'

/** Null where nothing was counted to tell it from. */
interface AccuracyTotals {
  readonly predictions: number
  readonly maeSeconds: number | null
  /** The mean of actual minus predicted. */
  readonly biasSeconds: number | null
  /** Of the predictions with an 80 % interval, the share that it held. */
  readonly coveragePercent: number | null
}

interface HorizonAccuracy extends AccuracyBin, AccuracyTotals {
  readonly goodPercent: number | null
}

interface SchemeAccuracy {
  /** The plain mean of the horizons of which any prediction is known. */
  readonly meanPercent: number | null
  readonly horizons: readonly HorizonAccuracy[]
}

interface AccuracySummary extends AccuracyTotals {
  /** By the predicted time to arrival. */
  readonly mbta: SchemeAccuracy
  /** By the actual time to arrival. */
  readonly transitApp: SchemeAccuracy
}

interface AccuracyReport {
  readonly overall: AccuracySummary
  readonly routes: readonly ({ readonly routeId: string } & AccuracySummary)[]
  readonly hours: readonly ({ readonly hour: number } & AccuracySummary)[]
}

/** What counts come to: all together, by route, and by the hour of the day. */
export function summarizeAccuracy(counts: readonly AccuracyCount[]): AccuracyReport {
  const routes = Map.groupBy(counts, ({ routeId }) => routeId)
  const hours = Map.groupBy(counts, ({ hour }) => hour)
  return {
    overall: summarize(counts),
    routes: [...routes]
      .map(([routeId, ofRoute]) => ({ routeId, ...summarize(ofRoute) }))
      .sort((a, b) => (a.routeId < b.routeId ? -1 : 1)),
    hours: [...hours]
      .map(([hour, ofHour]) => ({ hour, ...summarize(ofHour) }))
      .sort((a, b) => a.hour - b.hour),
  }
}

function summarize(counts: readonly AccuracyCount[]): AccuracySummary {
  const mbta = counts.filter(({ scheme }) => scheme === 'mbta')
  const transitApp = counts.filter(({ scheme }) => scheme === 'transitApp')
  return {
    // MBTA's bins hold every prediction of up to 30 minutes; Transit app's end at 15.
    ...totalsOf(mbta),
    mbta: ofScheme(MBTA_BINS, mbta),
    transitApp: ofScheme(TRANSIT_APP_BINS, transitApp),
  }
}

function ofScheme(bins: readonly AccuracyBin[], counts: readonly AccuracyCount[]): SchemeAccuracy {
  const horizons = bins.map((bin, index): HorizonAccuracy => {
    const ofBin = counts.filter((count) => count.bin === index)
    return {
      ...bin,
      ...totalsOf(ofBin),
      goodPercent: percentOf(
        sum(ofBin, ({ good }) => good),
        sum(ofBin, ({ count }) => count),
      ),
    }
  })
  const shares = horizons.flatMap(({ goodPercent }) => (goodPercent === null ? [] : [goodPercent]))
  const meanPercent = shares.length === 0 ? null : shares.reduce((a, b) => a + b) / shares.length
  return { meanPercent: round(meanPercent), horizons }
}

function totalsOf(counts: readonly AccuracyCount[]): AccuracyTotals {
  const predictions = sum(counts, ({ count }) => count)
  const mean = (total: number) => (predictions === 0 ? null : round(total / predictions))
  return {
    predictions: Math.round(predictions),
    maeSeconds: mean(sum(counts, ({ absoluteErrorSeconds }) => absoluteErrorSeconds)),
    biasSeconds: mean(sum(counts, ({ errorSeconds }) => errorSeconds)),
    coveragePercent: percentOf(
      sum(counts, ({ covered }) => covered),
      sum(counts, ({ intervals }) => intervals),
    ),
  }
}

function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : round((100 * part) / whole)
}

function sum(counts: readonly AccuracyCount[], partOf: (count: AccuracyCount) => number): number {
  return counts.reduce((total, count) => total + partOf(count), 0)
}

function round<T extends number | null>(value: T): T {
  return (value === null ? null : Math.round(value * 10) / 10) as T
}
