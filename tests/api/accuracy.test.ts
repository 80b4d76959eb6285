import { expect, test } from 'vitest'
import { createAccuracyCounters } from '../../transit/accuracy/accuracy-counters.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'

const PATH = '/v1/authorities/alpha/accuracy'

async function openTown() {
  const counters = createAccuracyCounters()
  const app = await createTestApp({
    transit: {
      snapshot: () => undefined,
      onChange: () => () => undefined,
      accuracy: (authority) => (authority === 'alpha' ? counters.list() : undefined),
      recentAccuracy: () => [],
    },
  })
  await app.createAuthority({ id: 'alpha', published: ['departures'] })
  await app.createAuthority({ id: 'beta', published: [] })
  return { app, counters }
}

test('what predictions came to is told to everybody, overall, by route and by hour', async () => {
  const { app, counters } = await openTown()
  for (const [routeId, hour, errorSeconds] of [
    ['R1', 8, 30],
    ['R1', 9, 90],
    ['R2', 8, 30],
  ] as const) {
    const predictedHorizonSeconds = 120
    const actualHorizonSeconds = predictedHorizonSeconds + errorSeconds
    const isCovered = errorSeconds < 60
    counters.add({ routeId, hour, predictedHorizonSeconds, actualHorizonSeconds, errorSeconds, isCovered })
  }
  const { status, body } = await app.call('GET', PATH, { key: null })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    time: '2026-02-16T12:00:00.000Z',
    overall: { predictions: 3, maeSeconds: 50, coveragePercent: 66.7, mbta: { meanPercent: 66.7 } },
    routes: [{ routeId: 'R1' }, { routeId: 'R2', maeSeconds: 30 }],
    hours: [{ hour: 8, maeSeconds: 30 }, { hour: 9 }],
  })
  const cell = await app.call('GET', `${PATH}?routeId=R1&hour=9`, { key: null })
  expect(cell.body.overall).toMatchObject({ predictions: 1, maeSeconds: 90 })
  expect((await app.call('GET', `${PATH}?hour=24`)).status).toBe(400)
})

test('where nothing was predicted yet it says so, and where departures are not published, nothing', async () => {
  const { app } = await openTown()
  expect((await app.call('GET', PATH, { key: null })).body.overall).toMatchObject({ predictions: 0 })
  expect((await app.call('GET', '/v1/authorities/beta/accuracy', { key: null })).status).toBe(401)
  expect((await app.call('GET', '/v1/authorities/beta/accuracy')).body.routes).toEqual([])
})
