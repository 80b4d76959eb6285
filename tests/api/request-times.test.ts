import { expect, test } from 'vitest'
import { createMetrics } from '../../api/metrics.ts'
import { createRequestTimes } from '../../api/request-times.ts'

test('the median and the slowest hundredth are told to within 5 %, and then forgotten', () => {
  const times = createRequestTimes()
  for (let index = 1; index <= 1_000; index += 1) times.add(index / 1_000)
  const { count, median = 0, percentile99 = 0 } = times.take()
  expect(count).toBe(1_000)
  expect(Math.abs(median / 0.5 - 1)).toBeLessThan(0.06)
  expect(Math.abs(percentile99 / 0.99 - 1)).toBeLessThan(0.06)
  expect(times.take()).toEqual({ count: 0, median: undefined, percentile99: undefined })
})

test('what takes no time or for ever is counted, too', () => {
  const times = createRequestTimes()
  times.add(0)
  times.add(1e9)
  const { count, median = 0, percentile99 = 0 } = times.take()
  expect(count).toBe(2)
  expect(median).toBeLessThan(1e-4)
  expect(percentile99).toBeGreaterThan(10_000)
})

test('metrics tell of requests, but not of streams of events, and of what is watched', async () => {
  const metrics = createMetrics()
  const request = { method: 'GET', status: 200, seconds: 1 }
  metrics.observeRequest({ ...request, route: '/v1/authorities' })
  metrics.observeRequest({ ...request, route: '/v1/authorities/:authority/alerts/events' })
  expect(metrics.takeRequestTimes().count).toBe(1)
  metrics.watch({ name: 'kerbside_test', help: 'A test', type: 'gauge', read: async () => 7 })
  metrics.watch({
    name: 'kerbside_away',
    help: 'Away',
    type: 'gauge',
    read: () => Promise.reject(new Error()),
  })
  expect(await metrics.find('kerbside_test')).toBe(7)
  expect(await metrics.find('kerbside_away')).toBeUndefined()
  expect(await metrics.find('kerbside_none')).toBeUndefined()
})
