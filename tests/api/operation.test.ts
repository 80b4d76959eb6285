import { expect, test } from 'vitest'
import { createMetrics } from '../../api/metrics.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'

test('a live process says so, and which version it is', async () => {
  const app = await createTestApp()
  const { status, body } = await app.call('GET', '/health/live', { key: null })
  expect([status, body]).toEqual([200, { isLive: true, version: '0.0.0-test' }])
})

test('a process is ready when each of its parts is', async () => {
  const journal = { name: 'journal', isReady: true, detail: null as string | null }
  const store = { name: 'store', isReady: true, detail: null }
  const app = await createTestApp({ health: async () => [journal, store] })
  const ready = await app.call('GET', '/health/ready', { key: null })
  expect(ready.status).toBe(200)
  expect(ready.body).toEqual({ isReady: true, checks: [journal, store] })

  Object.assign(journal, { isReady: false, detail: 'full: 10 GiB of 10 GiB' })
  const full = await app.call('GET', '/health/ready', { key: null })
  expect(full.status).toBe(503)
  expect(full.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(full.body).toMatchObject({ isReady: false, checks: [journal, store] })
  expect(full.body.detail).toContain('journal (full: 10 GiB of 10 GiB)')
})

test('the metrics show the process, its requests, and what is watched', async () => {
  const metrics = createMetrics()
  let stored = 3
  metrics.watch({
    name: 'kerbside_readings_stored_total',
    help: 'Readings stored',
    type: 'counter',
    read: () => stored,
  })
  metrics.watch({
    name: 'kerbside_connections',
    help: 'Connections',
    type: 'gauge',
    labelNames: ['listener'],
    read: async () => [
      { labels: { listener: 'tcp' }, value: 7 },
      { labels: { listener: 'ws' }, value: 1 },
    ],
  })
  metrics.watch({
    name: 'kerbside_broken_bytes',
    help: 'Nothing',
    type: 'gauge',
    read: () => {
      throw new Error('not now')
    },
  })
  const app = await createTestApp({ metrics })
  await app.call('GET', '/v1/authorities/nobody')
  await app.call('GET', '/metrics', { key: null })
  stored = 5
  const { status, headers, text } = await app.call('GET', '/metrics', { key: null })
  expect(status).toBe(200)
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  const lines = text.split('\n')
  expect(lines).toContain('kerbside_readings_stored_total 5')
  expect(lines).toContain('kerbside_connections{listener="tcp"} 7')
  expect(lines).toContain('kerbside_connections{listener="ws"} 1')
  expect(lines.some((line) => line.startsWith('kerbside_broken_bytes '))).toBe(false)
  expect(lines).toContain(
    'kerbside_http_request_duration_seconds_count{method="GET",route="/v1/authorities/:authority",status="404"} 1',
  )
  expect(text).toContain('process_resident_memory_bytes')
  expect(text).not.toContain('nobody')
})
