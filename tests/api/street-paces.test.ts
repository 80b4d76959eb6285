import { expect, onTestFinished, test } from 'vitest'
import { createStreetPaces } from '../../api/street-paces.ts'
import { createTrafficHistories } from '../../api/traffic-histories.ts'
import { silentLogger } from '../../model/logger.ts'
import { openDeviceDirectory } from '../../registry/device-directory.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import { createTestClock } from '../fixtures/test-clock.ts'

const HOUR = 3_600_000
const NOW = Date.parse('2026-02-16T10:00:00Z')

async function openTown() {
  const clock = createTestClock('2026-02-16T10:10:00Z')
  const registry = await openSqliteRegistry({ path: ':memory:', clock, logger: silentLogger })
  const store = await openDuckdbReadingStore({ path: ':memory:', logger: silentLogger })
  onTestFinished(async () => {
    await store.close()
    await registry.close()
  })
  await registry.createAuthority({ id: 'town', timeZone: 'UTC', published: [] }, 'test')
  const place = {
    kind: 'traffic' as const,
    latitude: 51.5,
    uprn: null,
    usrn: null,
    stopIds: [],
    settings: {},
  }
  const devices = [
    { ...place, id: 'bridge', name: 'Bridge', longitude: 0.01 },
    { ...place, id: 'lost', name: 'Nobody knows where', longitude: null },
    { ...place, id: 'new', name: 'New', longitude: 0.02 },
  ]
  await registry.createDevices('town', devices, 'test')
  const directory = await openDeviceDirectory(registry)
  const trafficHistories = createTrafficHistories({ store, directory, clock })
  const paces = createStreetPaces({ authority: 'town', store, directory, trafficHistories, clock })
  return {
    clock,
    paces,
    write: (device: string, time: number, meanSpeedKph: number, part = '') =>
      store.write([
        {
          authority: 'town',
          kind: 'traffic',
          device,
          part,
          time,
          receivedTime: time,
          fields: { intervalSeconds: 3_600, count: 100, meanSpeedKph },
        },
      ]),
  }
}

test('a counter is compared with what it usually has at this hour, and one that is new, lost or silent is not', async () => {
  const { clock, paces, write } = await openTown()
  for (let hours = 1; hours <= 28 * 24; hours += 1) await write('bridge', NOW - hours * HOUR, 40)
  await write('bridge', NOW, 20)
  await write('lost', NOW, 20)
  await write('new', NOW, 20)
  const read = await paces.read('UTC')
  expect(read).toEqual([{ longitude: 0.01, latitude: 51.5, ratio: expect.any(Number), time: NOW }])
  expect(read[0]?.ratio).toBeCloseTo(2, 0)
  clock.set(NOW + 2 * HOUR)
  expect(await paces.read('UTC')).toEqual([])
})
