import { describe, expect, it } from 'vitest'
import { countIncrease } from '../../ingest/counters/count-increase.ts'
import { CounterSeries } from '../../ingest/counters/counter-series.ts'
import { createQuarantineReplay } from '../../ingest/replay-quarantined.ts'
import { INGEST_LIMITS } from '../../ingest/start-ingest.ts'
import { createRandom } from '../../model/random.ts'
import type { Reading } from '../../model/reading.ts'
import type { Registry } from '../../registry/registry.ts'
import { createArraySource } from './array-source.ts'
import { openTown, parseDevice, type Town, waitUntil } from './open-town.ts'

const DEV_EUI = '70b3d57ed0051a2c'
const COUNTER = {
  id: 'counter-1',
  kind: 'traffic',
  settings: { devEui: DEV_EUI, mapping: 'parametric-pcr2' },
}
const TOPIC = `kerbside/v1/town/uplink/tts/counters/${DEV_EUI}`
const MINUTE_MS = 60_000
const START = Date.parse('2026-02-16T10:00:00Z')

/** An uplink of the counter, `minute` minutes after ten. */
function uplink(minute: number, ltr: number, rtl = 0): object {
  const time = new Date(START + minute * MINUTE_MS).toISOString()
  return {
    end_device_ids: { dev_eui: DEV_EUI, dev_addr: '260B1F2A' },
    received_at: time,
    uplink_message: {
      f_port: 14,
      f_cnt: minute,
      frm_payload: Buffer.from(`${minute} ${ltr}`).toString('base64'),
      decoded_payload: { ltr_sum: ltr, rtl_sum: rtl },
      received_at: time,
    },
  }
}

/** What was counted from left to right, by the minute at which it began. */
async function countsOf(town: Town): Promise<readonly (readonly [number, unknown, unknown])[]> {
  const readings = await town.readings('traffic', 'counter-1')
  return readings
    .filter(({ part }) => part === 'direction:ltr')
    .map(({ time, fields }) => {
      return [(time - START) / MINUTE_MS, fields['countsPedestrian'], fields['intervalSeconds']] as const
    })
}

describe('a sum', () => {
  it.each([
    [10, 14, 16, 4],
    [10, 10, 16, 0],
    [65_530, 4, 16, 10],
    // Far from its end it does not wrap: it began at 0 again.
    [900, 6, 16, 6],
    [40_000, 20_000, 16, 20_000],
    [4_294_967_290, 4, 32, 10],
    // From the last quarter to the first, but by more than can pass: switched off and on again.
    [4_000_000_000, 5, 32, 5],
    [1_000, 7, undefined, 7],
  ])('of %d and then %d, of %d bits, grew by %d', (before, after, bits, expected) => {
    expect(countIncrease({ sum: before, bits }, { sum: after, bits })).toBe(expected)
  })

  it('gives the same counts in whatever order and however often it comes', () => {
    const seed = Date.now() >>> 0
    const random = createRandom(seed)
    for (let round = 0; round < 200; round += 1) {
      const sums = Array.from({ length: 2 + Math.floor(random() * 8) }, (_, index) => index * index + 5)
      const inOrder = sums.map((sum, index) => ({ sum, time: START + index * MINUTE_MS }))
      const shuffled = [...inOrder, ...inOrder.filter(() => random() < 0.3)]
        .map((one) => ({ one, place: random() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ one }) => one)
      expect(countAll(shuffled), `seed ${seed}, round ${round}`).toEqual(countAll(inOrder))
    }
  })

  it('that grew by more than can pass is refused, and the next one counts', () => {
    const series = new CounterSeries()
    const add = (sum: number, time: number) =>
      series.add(createReading(time), { countsCar: { sum, bits: undefined } })
    expect(add(0, 1_000)).toMatchObject({ readings: [], problem: 'first_sum' })
    expect(add(5_000_000, 2_000)).toMatchObject({ readings: [], problem: 'out_of_range' })
    expect(add(5_000_003, 3_000).readings).toMatchObject([{ time: 2_000, fields: { countsCar: 3 } }])
  })

  it('from before the first one is the first instead of it', () => {
    const series = new CounterSeries()
    series.add(createReading(9_000), { countsCar: { sum: 9, bits: undefined } })
    const earlier = series.add(createReading(4_000), { countsCar: { sum: 7, bits: undefined } })
    expect(earlier.readings).toMatchObject([{ time: 4_000, fields: { countsCar: 2, intervalSeconds: 5 } }])
    expect(earlier.changed).toMatchObject([
      { time: 4_000, isFirst: true },
      { time: 9_000, isFirst: false },
    ])
  })

  it('from before all that is known any more is out of order', () => {
    const series = new CounterSeries()
    const point = {
      authority: 'town',
      device: 'counter-1',
      part: '',
      time: 5_000,
      fields: {},
      isFirst: false,
    }
    series.learn({ ...point, sums: { countsCar: { sum: 9, bits: undefined } } })
    const late = series.add(createReading(4_000), { countsCar: { sum: 7, bits: undefined } })
    expect(late).toMatchObject({ readings: [], changed: [], problem: 'out_of_order' })
  })
})

describe('sums over the ingest', () => {
  it('are counted over batches, restarts and gaps', async () => {
    const town = await openTown([COUNTER])
    const source = createArraySource({ now: town.clock.now })
    const ingest = town.ingest(source, { limits: { messagesPerRead: 1, readingsPerBatch: 1 } })
    for (const [minute, sum] of [
      [0, 100],
      [10, 104],
      [20, 104],
      [30, 110],
    ] as const) {
      source.publish(TOPIC, uplink(minute, sum))
    }
    await waitUntil(
      () => ingest.stats().messages,
      (count) => count === 4,
    )
    await ingest.close()
    await source.close()
    const again = createArraySource({ now: town.clock.now, position: 4 })
    const next = town.ingest(again)
    again.publish(TOPIC, uplink(40, 111))
    await waitUntil(
      () => next.stats().messages,
      (count) => count === 1,
    )
    expect(await countsOf(town)).toEqual([
      [0, 4, 600],
      [10, 0, 600],
      [20, 6, 600],
      [30, 1, 600],
    ])
  })

  it('are the same when a batch that was written is written again, since it was not recorded', async () => {
    const town = await openTown([COUNTER])
    const source = createArraySource({ now: town.clock.now })
    const first = town.ingest(source)
    source.publish(TOPIC, uplink(0, 100))
    source.publish(TOPIC, uplink(10, 104))
    await waitUntil(
      () => source.kept.length,
      (count) => count === 0,
    )
    await first.close()

    // The registry fails behind the write, as if the process had ended there.
    let failures = 0
    const registry: Registry = {
      ...town.registry,
      async recordIngested() {
        failures += 1
        throw new Error('killed')
      },
    }
    source.publish(TOPIC, uplink(20, 109))
    source.publish(TOPIC, uplink(15, 106))
    const killed = town.ingest(source.reopen(), { registry })
    killed.ended.catch(() => undefined)
    await waitUntil(
      () => failures,
      (count) => count > 0,
    )
    const written = await waitUntil(
      () => countsOf(town),
      (counts) => counts.length === 3,
    )
    await killed.close().catch(() => undefined)

    const restarted = source.reopen()
    town.ingest(restarted)
    await waitUntil(
      () => restarted.kept.length,
      (count) => count === 0,
    )
    expect(await countsOf(town)).toEqual(written)
    expect(written).toEqual([
      [0, 4, 600],
      [10, 2, 300],
      [15, 3, 300],
    ])
    const { stored, quarantined } = await town.registry.getBalance('town', town.clock.now())
    expect({ stored, quarantined }).toEqual({ stored: 3, quarantined: 1 })
  })

  it('of an uplink that comes late are parted between batches, too', async () => {
    const town = await openTown([COUNTER])
    const source = createArraySource({ now: town.clock.now })
    const ingest = town.ingest(source, { limits: { ...INGEST_LIMITS, messagesPerRead: 1 } })
    for (const [minute, sum] of [
      [10, 104],
      [30, 110],
      [20, 105],
      [0, 100],
    ] as const) {
      source.publish(TOPIC, uplink(minute, sum))
    }
    await waitUntil(
      () => ingest.stats().messages,
      (count) => count === 4,
    )
    expect(await countsOf(town)).toEqual([
      [0, 4, 600],
      [10, 1, 600],
      [20, 5, 600],
    ])
  })

  it('begin anew after a week, and with a device that was registered anew', async () => {
    const town = await openTown([COUNTER])
    const source = createArraySource({ now: town.clock.now })
    const ingest = town.ingest(source)
    source.publish(TOPIC, uplink(0, 100))
    source.publish(TOPIC, uplink(8 * 24 * 60, 900), START + 9 * 86_400_000)
    await waitUntil(
      () => ingest.stats().quarantined,
      (count) => count === 2,
    )
    await town.registry.deleteDevice('town', 'counter-1', 'test')
    await town.registry.createDevices('town', [parseDevice(COUNTER)], 'test')
    source.publish(TOPIC, uplink(8 * 24 * 60 + 10, 905), START + 9 * 86_400_000)
    await waitUntil(
      () => ingest.stats().quarantined,
      (count) => count === 3,
    )
    const { items } = await town.registry.listQuarantined('town', { limit: 10 })
    expect(items.map(({ reason }) => reason)).toEqual(['first_sum', 'first_sum', 'first_sum'])
  })
})

it('what waited for a device to be registered is counted once it is', async () => {
  const town = await openTown([])
  const source = createArraySource({ now: town.clock.now })
  const ingest = town.ingest(source)
  for (const [minute, sum] of [
    [0, 100],
    [10, 104],
    [20, 109],
  ] as const) {
    source.publish(TOPIC, uplink(minute, sum), START + minute * MINUTE_MS)
  }
  await waitUntil(
    () => ingest.stats().quarantined,
    (count) => count === 3,
  )
  const waiting = await town.registry.listQuarantined('town', { limit: 10, device: DEV_EUI })
  expect(waiting.items.map(({ reason }) => reason)).toEqual(Array(3).fill('unknown_device'))

  await town.registry.createDevices('town', [parseDevice(COUNTER)], 'test')
  // One comes in before those that wait.
  source.publish(TOPIC, uplink(30, 110), START + 30 * MINUTE_MS)
  await waitUntil(
    () => ingest.stats().messages,
    (count) => count === 4,
  )
  const replay = createQuarantineReplay({ ...town, oldestDays: 400 })
  const outcome = await replay.replayAll('town', { device: DEV_EUI }, 'test')
  expect(outcome).toEqual({ stored: 3, stillQuarantined: 0 })
  expect(await countsOf(town)).toEqual([
    [0, 4, 600],
    [10, 5, 600],
    [20, 1, 600],
  ])
  const { stored, quarantined } = await town.registry.getBalance('town', town.clock.now())
  expect({ stored, quarantined }).toEqual({ stored: 3, quarantined: 1 })
})

function createReading(time: number): Reading {
  const kind = 'traffic' as const
  return { authority: 'town', kind, device: 'counter-1', part: '', time, receivedTime: time, fields: {} }
}

function countAll(sums: readonly { readonly sum: number; readonly time: number }[]): object {
  const series = new CounterSeries()
  const counts = new Map<number, unknown>()
  for (const { sum, time } of sums) {
    const { readings } = series.add(createReading(time), { countsCar: { sum, bits: undefined } })
    for (const reading of readings) counts.set(reading.time, reading.fields)
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => a - b))
}
