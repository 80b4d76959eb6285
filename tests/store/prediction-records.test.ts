import { describe, expect, test } from 'vitest'
import type { JudgedPrediction } from '../../model/judged-prediction.ts'
import { describeMeasurement, type MeasurementPlace } from './measurement-places.ts'

const TIME = Date.parse('2026-02-16T10:00:00Z')

function judge(changes: Partial<JudgedPrediction> = {}): JudgedPrediction {
  return {
    routeId: '70',
    stopId: 'stop-4',
    stopSequence: 4,
    tripId: 'trip-1',
    serviceDate: '20260216',
    startTime: null,
    time: TIME,
    predictedTime: TIME + 300_000,
    earliestTime: TIME + 240_000,
    latestTime: TIME + 390_000,
    actualTime: TIME + 330_500,
    horizonSeconds: 300,
    errorSeconds: 30.5,
    isCovered: true,
    ...changes,
  }
}

const ORDER = ['tripId', 'startTime', 'serviceDate', 'stopId', 'stopSequence', 'time']

describeMeasurement({ measurement: 'prediction', orderBy: ORDER }, (name, open) => {
  describe(name, () => describePredictions(open))
})

function describePredictions(open: () => Promise<MeasurementPlace>): void {
  test('a prediction is found with what came of it, and written twice it is there once', async () => {
    const place = await open()
    const predictions = [
      judge({ routeId: 'Ring, east=1', tripId: 'a "b" \\' }),
      judge({ tripId: 'headway', startTime: '25:10:00' }),
      judge({ tripId: 'without', earliestTime: null, latestTime: null, isCovered: null }),
    ]
    await place.store.writePredictions('leeds', [...predictions, ...predictions])
    await place.store.writePredictions('leeds', predictions)
    await place.store.writePredictions('leeds', [])
    expect(await place.read('leeds')).toEqual(
      predictions.map((prediction) => ({ authority: 'leeds', ...prediction })),
    )
  })

  test('of one moment and stop those of other trips, days, starts and visits are kept apart', async () => {
    const place = await open()
    const same = [
      judge(),
      judge({ stopSequence: 30 }),
      judge({ serviceDate: '20260217' }),
      judge({ startTime: '10:00:00' }),
      judge({ startTime: '10:10:00' }),
      judge({ tripId: 'trip-2' }),
      judge({ stopId: 'stop-5' }),
      judge({ time: TIME + 60_000 }),
    ]
    await place.store.writePredictions('leeds', same)
    await place.store.writePredictions(
      'leeds',
      same.map((prediction) => ({ ...prediction, errorSeconds: -2 })),
    )
    const rows = await place.read('leeds')
    expect(rows).toHaveLength(same.length)
    expect(new Set(rows.map(({ errorSeconds }) => errorSeconds))).toEqual(new Set([-2]))
  })

  test("a deleted authority's are gone, another's stay", async () => {
    const place = await open()
    for (const authority of ['york', 'hull']) await place.store.writePredictions(authority, [judge()])
    await place.store.deleteAuthority('york')
    expect(await place.read('york')).toEqual([])
    expect(await place.read('hull')).toHaveLength(1)
  })

  test('ten thousand at once are all there', async () => {
    const place = await open()
    const many = Array.from({ length: 10_000 }, (_, index) =>
      judge({ stopId: `stop-${index % 400}`, tripId: `trip-${Math.floor(index / 400)}` }),
    )
    await place.store.writePredictions('leeds', many)
    expect(await place.read('leeds')).toHaveLength(many.length)
  })
}
