import { expect, onTestFinished, test } from 'vitest'
import { createMetrics } from '../../../api/metrics.ts'
import { observeProcess } from '../../../api/observers/observe-process.ts'
import { silentLogger } from '../../../model/logger.ts'
import { openDuckdbReadingStore } from '../../../store/duckdb-reading-store.ts'
import { timeWrites } from '../../../store/time-writes.ts'
import { createReading } from '../../fixtures/create-reading.ts'

const MINUTE_MS = 60_000

function authorityOf(id: string) {
  return { id, name: id, timeZone: 'UTC', published: [] }
}

test('a process tells every authority the same of itself, each minute anew', async () => {
  const store = timeWrites(await openDuckdbReadingStore({ path: ':memory:', logger: silentLogger }))
  onTestFinished(() => store.close())
  const metrics = createMetrics()
  const gauges = { mqtt_connections: 12, journal_bytes: 250, journal_limit_bytes: 1_000 }
  for (const [name, value] of Object.entries(gauges)) {
    metrics.watch({ name: `kerbside_${name}`, help: name, type: 'gauge', read: () => value })
  }
  metrics.observeRequest({ method: 'GET', route: '/v1', status: 200, seconds: 0.1 })
  await store.write([createReading({ time: '2026-02-16T12:00:00Z' })])
  const observer = observeProcess({ name: () => 'up-1', metrics, store })
  const alpha = await observer.observe(authorityOf('alpha'), MINUTE_MS)
  expect(alpha).toMatchObject([
    {
      measurement: 'process',
      time: MINUTE_MS,
      tags: { process: 'up-1' },
      fields: { connections: 12, journalBytes: 250, journalFilledPercent: 25, journalMessages: undefined },
    },
  ])
  const fields = (alpha[0]?.fields ?? {}) as Record<string, number>
  expect(fields['requestsPerSecond']).toBeGreaterThan(0)
  expect(fields['medianRequestSeconds']).toBeCloseTo(0.1, 1)
  expect(fields['storeWriteSeconds']).toBeGreaterThan(0)
  expect(fields['memoryBytes']).toBeGreaterThan(1e6)
  expect((await observer.observe(authorityOf('beta'), MINUTE_MS))[0]?.fields).toEqual(fields)
  const next = await observer.observe(authorityOf('alpha'), 2 * MINUTE_MS)
  expect(next[0]?.fields).toMatchObject({ requestsPerSecond: 0, storeWriteSeconds: undefined })
})
