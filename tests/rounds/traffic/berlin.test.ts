import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { forecastTraffic } from '../../../rounds/traffic/forecast-traffic.ts'
import {
  createTrafficHistory,
  observeTraffic,
  type TrafficHistory,
} from '../../../rounds/traffic/traffic-history.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'
import { DAY, HOUR, WEEK } from './simulate-counter.ts'

const folder = findTestData('traffic/berlin-2023')

test.skipIf(folder === undefined)("Berlin's counters are forecast a week ahead within 11 %", () => {
  const sites = readSites(folder ?? '')
  const end = Date.parse('2023-12-01T00:00:00+01:00')
  let apart = 0
  let sum = 0
  for (const { counts, history } of sites.values()) {
    for (let day = end - 4 * WEEK; day < end; day += DAY) {
      // Of a whole day at once, so that its last hour is forecast 190 hours ahead.
      const span = { now: day - WEEK + HOUR, from: day, to: day + DAY, timeZone: 'Europe/Berlin' }
      for (const { time, count } of forecastTraffic(history, undefined, span)) {
        const counted = counts.get(time)
        if (counted === undefined || count === null) continue
        apart += Math.abs(counted - count)
        sum += counted
      }
    }
  }
  expect(sum).toBeGreaterThan(7_000_000)
  expect(apart / sum).toBeLessThan(0.11)
})

function readSites(path: string): Map<string, { counts: Map<number, number>; history: TrafficHistory }> {
  const sites = new Map<string, { counts: Map<number, number>; history: TrafficHistory }>()
  const lines = gunzipSync(readFileSync(join(path, 'counts.csv.gz')))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
  for (const line of lines) {
    const [id = '', ts = '', count = ''] = line.split(',')
    const site = sites.get(id) ?? { counts: new Map<number, number>(), history: createTrafficHistory() }
    sites.set(id, site)
    const time = Date.parse(ts)
    site.counts.set(time, Number(count))
    observeTraffic(site.history, { time, intervalSeconds: 3600, count: Number(count) })
  }
  return sites
}
