import { expect, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import type { TestApp } from '../fixtures/create-test-app.ts'
import { createFillReadings } from './fill-history.ts'
import { createTown, planRound } from './round-town.ts'

/** When the tests' clock stands still. */
const NOW = Date.parse('2026-02-16T12:00:00Z')

interface TownBin {
  readonly id: string
  readonly percentPerDay: number
  readonly level: number
  readonly settings?: object
  /** How far east of the others it stands. */
  readonly km?: number
}

/** A town with bins that fill by 12 % a day and are a third full at most, and those that are asked about. */
async function createForecastTown(bins: readonly TownBin[]): Promise<TestApp> {
  const own = await createTown({}, 0)
  const others = Array.from(
    { length: 12 },
    (_, index): TownBin => ({
      id: `other-${index}`,
      percentPerDay: 12,
      level: 20 + index,
    }),
  )
  const all = [...others, ...bins]
  const made = await own.call('POST', '/v1/authorities/alpha/devices', {
    body: all.map(({ id, settings = {}, km = 0 }, index) => ({
      id,
      kind: 'bin',
      longitude: 13.4 + (index % 5) / 500 + km / 67.8,
      latitude: 52.5 + Math.floor(index / 5) / 500,
      settings: { capacityLitres: 240, ...settings },
    })),
  })
  expect(made.status).toBe(201)
  await own.store.write(
    all.flatMap(({ id, percentPerDay, level }) =>
      createFillReadings({ device: id, until: NOW - 600_000, percentPerDay, level }),
    ),
  )
  return own
}

function liftOf({ lorries }: Round, id: string) {
  return lorries.flatMap(({ stops }) => stops).find(({ deviceId }) => deviceId === id)
}

test('a bin that overflows soon is emptied below its threshold, and one that hardly fills is left at 80 %', async () => {
  const own = await createForecastTown([
    { id: 'urgent', percentPerDay: 30, level: 99 },
    { id: 'soon', percentPerDay: 26, level: 73 },
    { id: 'slow', percentPerDay: 0.15, level: 80, km: 8 },
  ])
  const { round } = await planRound(own, {})
  expect(round).toMatchObject({ status: 'done', error: null })
  const soon = liftOf(round, 'soon')
  expect(soon?.reason).toMatch(
    /^73 % now, \d+ % chance of overflowing before Wednesday's round; costs \d+\.\d km$/,
  )
  expect(soon?.chanceOfOverflow).toBeGreaterThan(0.3)
  expect(soon?.costOfWaiting).toBeGreaterThan(0)
  expect(soon?.detourM).toBeLessThan(2_000)
  // By the morning of the round it holds more than when it was read.
  expect(soon?.expectedPercent).toBeGreaterThan(76)
  const slow = round.left.find(({ deviceId }) => deviceId === 'slow')
  expect(slow?.reason).toMatch(
    /^80 % now, .*% chance of overflowing before Wednesday's round; would cost \d+\.\d km, \d+\.\d\d with its time, more than the \d+\.\d\d that a visit now saves$/,
  )
  expect(slow?.detourM).toBeGreaterThan(15_000)
  expect(slow?.chanceOfOverflow).toBeLessThan(0.1)
  expect(slow?.costOfWaiting).toBeLessThan(2)
})

test('the threshold that an operator set is kept to, and the longer until the next round, the more is emptied', async () => {
  const own = await createForecastTown([
    { id: 'urgent', percentPerDay: 30, level: 99 },
    { id: 'set', percentPerDay: 0.15, level: 80, settings: { thresholdPercent: 75 } },
    { id: 'waits', percentPerDay: 11, level: 48, km: 20 },
  ])
  const daily = (await planRound(own, {})).round
  expect(liftOf(daily, 'set')?.reason).toMatch(/^at or above its threshold of 75 %; 80 % now, .+; costs/)
  const weekly = (await planRound(own, { nextDate: '2026-02-24' })).round
  expect(liftOf(weekly, 'waits')?.reason).toContain('chance of overflowing before the round of 2026-02-24')
  const lifts = ({ lorries }: Round) =>
    lorries.flatMap(({ stops }) => stops.flatMap((stop) => stop.deviceId ?? []))
  expect(lifts(weekly).length).toBeGreaterThan(lifts(daily).length)
  const refused = await own.call('POST', '/v1/authorities/alpha/rounds', {
    body: { date: '2026-02-17', nextDate: '2026-02-17' },
  })
  expect(refused.body.errors).toEqual([{ path: 'nextDate', message: expect.stringContaining('2026-02-17') }])
})

test('a bin of which nothing is known yet is judged by similar ones below its threshold', async () => {
  const own = await createForecastTown([{ id: 'urgent', percentPerDay: 30, level: 99 }])
  await own.call('POST', '/v1/authorities/alpha/devices', {
    body: { id: 'new', kind: 'bin', longitude: 13.401, latitude: 52.5, settings: { capacityLitres: 240 } },
  })
  await own.store.write(
    createFillReadings({ device: 'new', until: NOW - 600_000, percentPerDay: 1, level: 74, days: 0.25 }),
  )
  const { round } = await planRound(own, {})
  const all = [...round.left, ...round.lorries.flatMap(({ stops }) => stops)]
  expect(all.find(({ deviceId }) => deviceId === 'new')?.reason).toMatch(
    /^74 % now, \d+ % chance of overflowing before Wednesday's round, as similar bins fill/,
  )
})

test('where the latest reading tells of the battery alone, the level before it counts', async () => {
  const own = await createForecastTown([{ id: 'urgent', percentPerDay: 30, level: 99 }])
  const [last] = createFillReadings({
    device: 'urgent',
    until: NOW - 60_000,
    percentPerDay: 0,
    level: 0,
    days: 0.1,
  })
  if (last) await own.store.write([{ ...last, fields: { batteryPercent: 40 } }])
  const { round } = await planRound(own, {})
  expect(liftOf(round, 'urgent')?.reason).toMatch(/^99 % now, /)
})

test('what is read later changes what is expected', async () => {
  const own = await createForecastTown([{ id: 'soon', percentPerDay: 10, level: 50 }])
  const expected = async () => {
    const { round } = await planRound(own, { mustEmpty: ['soon'] })
    return liftOf(round, 'soon')?.expectedPercent as number
  }
  const before = await expected()
  own.clock.advance(12 * 3_600)
  const until = own.clock.now() - 3_600_000
  await own.store.write(
    createFillReadings({ device: 'soon', until, percentPerDay: 10, level: 90, days: 0.5 }),
  )
  expect(await expected()).toBeGreaterThan(before + 20)
})

test('the same town is expected to do the same', async () => {
  const bins = [
    { id: 'urgent', percentPerDay: 30, level: 99 },
    { id: 'soon', percentPerDay: 26, level: 73 },
  ]
  const expectations = []
  for (let run = 0; run < 2; run++) {
    const { round } = await planRound(await createForecastTown(bins), {})
    const all = [...round.left, ...round.lorries.flatMap(({ stops }) => stops)]
    expectations.push(
      all
        .flatMap(({ deviceId, expectedPercent, chanceOfOverflow, costOfWaiting }) =>
          deviceId === null ? [] : [`${deviceId} ${expectedPercent} ${chanceOfOverflow} ${costOfWaiting}`],
        )
        .toSorted(),
    )
  }
  expect(expectations[0]).toEqual(expectations[1])
  expect(expectations[0]).toHaveLength(14)
})
