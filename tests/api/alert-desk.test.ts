import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { type AlertDesk, createAlertDesk } from '../../api/alert-desk.ts'
import { createFillForecasts } from '../../api/fill-forecasts.ts'
import { createMetrics } from '../../api/metrics.ts'
import { createStopBoards } from '../../api/stop-boards.ts'
import { createTrafficHistories } from '../../api/traffic-histories.ts'
import { createTransitView } from '../../api/transit-view.ts'
import { newDeviceSchema } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import { createFillForecaster } from '../../rounds/fill-forecaster.ts'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const HOUR_SECONDS = 3_600

/** Opens a desk over a town's registry and store, as one process has it; the test looks. */
function openDesk(own: TestApp, parts: { refreshBalance?: () => Promise<void> } = {}): AlertDesk {
  const { registry, directory, store, clock, timetables } = own
  const logger = pino({ level: 'silent' })
  const fillForecaster = createFillForecaster({ logger })
  const view = createTransitView({ registry, timetables, clock, logger })
  const desk = createAlertDesk({
    registry,
    directory,
    store,
    clock,
    logger,
    view,
    boards: createStopBoards(view),
    desk: undefined,
    metrics: createMetrics(),
    fillForecasts: createFillForecasts({ store, directory, clock, fillForecaster }),
    trafficHistories: createTrafficHistories({ store, directory, clock }),
    ...parts,
  })
  onTestFinished(async () => {
    await desk.close()
    await fillForecaster.close()
  })
  return desk
}

async function createTown(bins: number): Promise<TestApp> {
  const own = await createTestApp()
  await own.createAuthority({ id: 'alpha' })
  const settings = { reportIntervalSeconds: HOUR_SECONDS }
  const devices = Array.from({ length: bins }, (_, index) =>
    newDeviceSchema.parse({
      id: `bin-${index + 1}`,
      kind: 'bin',
      name: `Bin ${index + 1}`,
      longitude: 0.1,
      latitude: 51,
      settings,
    }),
  )
  await own.registry.createDevices('alpha', devices, 'test')
  return own
}

async function send(own: TestApp, device: string, fields: Reading['fields']): Promise<void> {
  const time = new Date(own.clock.now()).toISOString()
  expect(await own.store.write([createReading({ device, time, fields })])).toEqual([])
}

async function listTold(own: TestApp): Promise<string[]> {
  const events = await own.registry.listAlertEvents({ authority: 'alpha', after: 0, limit: 1_000 })
  return events.map(({ type, alert }) => `${type} ${alert.condition} ${alert.device ?? ''}`.trimEnd())
}

test('a fire is raised once, over a restart too, and cleared', async () => {
  const own = await createTown(3)
  const desk = openDesk(own)
  await send(own, 'bin-1', { temperatureC: 12, fireAlarm: false })
  await desk.look()
  expect(await listTold(own)).toEqual([])
  own.clock.advance(60)
  await send(own, 'bin-1', { temperatureC: 84, fireAlarm: true })
  await desk.look()
  await desk.look()
  const { items } = await own.registry.listAlerts('alpha', { limit: 5, state: 'open' })
  expect(items).toMatchObject([
    {
      condition: 'fire',
      severity: 'critical',
      kind: 'bin',
      device: 'bin-1',
      deviceName: 'Bin 1',
      longitude: 0.1,
      latitude: 51,
      summary: 'Bin 1 (bin-1) reports a fire, at 84 °C.',
      detail: { temperatureC: 84 },
      raisedTime: '2026-02-16T12:01:00.000Z',
    },
  ])
  await desk.close()
  const next = openDesk(own)
  await next.look()
  expect(await listTold(own)).toEqual(['raised fire bin-1'])
  own.clock.advance(60)
  await send(own, 'bin-1', { temperatureC: 30, fireAlarm: false })
  await next.look()
  await next.look()
  expect(await listTold(own)).toEqual(['raised fire bin-1', 'cleared fire bin-1'])
})

test('of two processes one judges, and the other goes on where it has ended', async () => {
  const own = await createTown(2)
  const desks = [openDesk(own), openDesk(own)]
  await send(own, 'bin-1', { fireAlarm: true })
  await Promise.all(desks.map((desk) => desk.look()))
  expect(await listTold(own)).toEqual(['raised fire bin-1'])
  await desks[0]?.close()
  // A lease is asked for every two seconds at most.
  await expect
    .poll(
      async () => {
        await send(own, 'bin-2', { fireAlarm: true })
        own.clock.advance(1)
        await desks[1]?.look()
        return listTold(own)
      },
      { timeout: 30_000, interval: 100 },
    )
    .toEqual(['raised fire bin-1', 'raised fire bin-2'])
})

test('a bin that is silent is raised, and a town that is silent is one alert', async () => {
  const own = await createTown(30)
  const desk = openDesk(own)
  const bins = Array.from({ length: 30 }, (_, index) => `bin-${index + 1}`)
  const step = async (hours: number, silent: (bin: string) => boolean) => {
    for (let hour = 0; hour < hours; hour++) {
      for (const bin of bins) if (!silent(bin)) await send(own, bin, { fillPercent: 20 })
      await desk.look()
      own.clock.advance(HOUR_SECONDS / 2)
      await desk.look()
      own.clock.advance(HOUR_SECONDS / 2)
    }
  }
  await step(5, (bin) => bin === 'bin-7')
  // It was never heard, so nobody misses it yet.
  expect(await listTold(own)).toEqual([])
  await step(1, () => false)
  await step(5, (bin) => bin === 'bin-7')
  expect(await listTold(own)).toEqual(['raised device-silent bin-7'])
  await step(6, () => true)
  await step(2, () => false)
  expect(await listTold(own)).toEqual([
    'raised device-silent bin-7',
    'raised device-silent',
    'cleared device-silent bin-7',
    'cleared device-silent',
  ])
})

test('a device that is deleted takes its alert with it, and an authority all', async () => {
  const own = await createTown(2)
  const desk = openDesk(own)
  await send(own, 'bin-1', { fireAlarm: true })
  await desk.look()
  await own.registry.deleteDevice('alpha', 'bin-1', 'test')
  await desk.look()
  expect(await listTold(own)).toEqual(['raised fire bin-1', 'cleared fire bin-1'])
  await own.registry.deleteAuthority('alpha', 'test')
  await own.createAuthority({ id: 'alpha' })
  await desk.look()
  expect(await listTold(own)).toEqual([])
})

test('a quarantine that rises is raised for the authority', async () => {
  const own = await createTown(1)
  const desk = openDesk(own)
  let position = 0
  const ingest = (stored: number, quarantined: number) =>
    own.registry.recordIngested({
      source: 'journal-1',
      position: ++position,
      followsPosition: position === 1 ? undefined : position - 1,
      counts: [{ authority: 'alpha', stored, quarantined }],
      quarantined: [],
      sequences: [],
      statuses: [],
    })
  await ingest(10_000, 0)
  await desk.look()
  own.clock.advance(900)
  await ingest(500, 100)
  await desk.look()
  expect(await listTold(own)).toEqual(['raised quarantine-rising'])
  own.clock.advance(2_400)
  await desk.look()
  await ingest(1_000, 0)
  own.clock.advance(900)
  await desk.look()
  expect(await listTold(own)).toEqual(['raised quarantine-rising', 'cleared quarantine-rising'])
})
