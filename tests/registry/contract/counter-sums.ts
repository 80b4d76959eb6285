import { describe, expect, test } from 'vitest'
import { newDeviceSchema } from '../../../model/device.ts'
import type { CounterSums, Registry } from '../../../registry/registry.ts'
import { openFor, type RegistryHarness } from './harness.ts'

const HOUR_MS = 3_600_000
const ALPHA = { authority: 'alpha', device: 'counter-1', part: 'direction:ltr' }

function point(time: number, sum: number, of: Partial<CounterSums> = {}): CounterSums {
  const sums = { countsPedestrian: { sum, bits: 16 } }
  return { ...ALPHA, time, sums, fields: { direction: 'ltr' }, isFirst: false, ...of }
}

async function openWithCounters(harness: RegistryHarness): Promise<Registry> {
  const registry = await openFor(await harness.createPlace())
  for (const id of ['alpha', 'beta']) {
    await registry.createAuthority({ id, name: id, timeZone: 'UTC', published: [] }, 'test')
    const devices = ['counter-1', 'counter-2'].map((device) =>
      newDeviceSchema.parse({ id: device, kind: 'traffic' }),
    )
    await registry.createDevices(id, devices, 'test')
  }
  return registry
}

function record(registry: Registry, counterSums: readonly CounterSums[]): Promise<boolean> {
  const nothing = { position: undefined, counts: [], quarantined: [], sequences: [], statuses: [] }
  return registry.recordIngested({ source: 'networks', ...nothing, counterSums })
}

async function timesSince(registry: Registry, before: number, of = ALPHA): Promise<readonly number[]> {
  const found = await registry.findCounterSums([{ ...of, before }])
  return found.map(({ time }) => time).toSorted((a, b) => a - b)
}

export function describeCounterSums(harness: RegistryHarness): void {
  describe('sums of counters', () => {
    test('are found from the last one before a time on, as they were recorded last', async () => {
      const registry = await openWithCounters(harness)
      expect(await registry.findCounterSums([])).toEqual([])
      await record(registry, [point(1_000, 10, { isFirst: true }), point(3_000, 30), point(2_000, 20)])
      await record(registry, [point(3_000, 31)])
      expect(await timesSince(registry, 1_000)).toEqual([1_000, 2_000, 3_000])
      expect(await timesSince(registry, 2_500)).toEqual([2_000, 3_000])
      expect(await registry.findCounterSums([{ ...ALPHA, before: 9_000 }])).toEqual([point(3_000, 31)])
    })

    test('are of one authority, device and part', async () => {
      const registry = await openWithCounters(harness)
      const others = [{ authority: 'beta' }, { device: 'counter-2' }, { part: 'direction:rtl' }]
      await record(registry, [point(1_000, 10), ...others.map((other) => point(2_000, 20, other))])
      expect(await timesSince(registry, 9_000)).toEqual([1_000])
      for (const other of others)
        expect(await timesSince(registry, 9_000, { ...ALPHA, ...other })).toEqual([2_000])
    })

    test('go with their device, and are not kept of one that is not there', async () => {
      const registry = await openWithCounters(harness)
      await record(registry, [point(1_000, 10), point(1_000, 10, { device: 'nobody' })])
      expect(await timesSince(registry, 9_000, { ...ALPHA, device: 'nobody' })).toEqual([])
      await registry.deleteDevice('alpha', 'counter-1', 'test')
      await registry.createDevices(
        'alpha',
        [newDeviceSchema.parse({ id: 'counter-1', kind: 'traffic' })],
        'test',
      )
      expect(await timesSince(registry, 9_000)).toEqual([])
    })

    test('are kept for 25 hours, and the last one before that for 8 days', async () => {
      const registry = await openWithCounters(harness)
      const now = 400 * HOUR_MS
      const agoHours = [10, 24, 26, 27, 100]
      await record(
        registry,
        agoHours.map((hours) => point(now - hours * HOUR_MS, hours)),
      )
      const limits = { quarantinedBefore: 0, quarantinedMax: 10, quarantinedBytesMax: 10 }
      await registry.trim({ now, ...limits })
      const kept = async () => (await timesSince(registry, 0)).map((time) => (now - time) / HOUR_MS)
      expect(await kept()).toEqual([26, 24, 10])
      await registry.trim({ now: now + 8 * 24 * HOUR_MS - 20 * HOUR_MS, ...limits })
      expect(await kept()).toEqual([10])
    })
  })
}
