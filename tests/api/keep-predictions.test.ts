import { expect, test } from 'vitest'
import { createPredictionKeeper } from '../../api/keep-predictions.ts'
import { KerbsideError } from '../../model/error.ts'
import type { JudgedPrediction } from '../../model/judged-prediction.ts'
import { silentLogger } from '../../model/logger.ts'

const TIME = Date.parse('2026-02-16T10:00:00Z')

function judge(index: number): JudgedPrediction {
  return {
    routeId: '70',
    stopId: 'stop-4',
    stopSequence: 4,
    tripId: `trip-${index}`,
    serviceDate: '20260216',
    startTime: null,
    time: TIME,
    predictedTime: TIME,
    earliestTime: null,
    latestTime: null,
    actualTime: TIME,
    horizonSeconds: 0,
    errorSeconds: 0,
    isCovered: null,
  }
}

function open(waitingMax?: number) {
  const town = { isAway: false, isDeleted: false, isKeeper: true, calls: 0 }
  const written: string[] = []
  const warnings: object[] = []
  const keeper = createPredictionKeeper({
    authority: 'town',
    registry: {
      async getAuthority(id) {
        if (town.isDeleted) throw new KerbsideError('NOT_FOUND', `there is no authority ${id}`)
        return { id, name: 'Town', timeZone: 'Europe/London', published: [] }
      },
    },
    store: {
      async writePredictions(_, predictions) {
        town.calls += 1
        if (town.isAway) throw new KerbsideError('STORE_UNAVAILABLE', 'away')
        written.push(...predictions.map(({ tripId }) => tripId))
      },
    },
    isKeeper: () => town.isKeeper,
    logger: { ...silentLogger, warn: (fields: object) => void warnings.push(fields) },
    ...(waitingMax === undefined ? {} : { waitingMax }),
  })
  const add = (from: number, to: number) => {
    for (let index = from; index < to; index += 1) keeper.add(judge(index))
  }
  return { town, keeper, written, warnings, add }
}

const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `trip-${from + index}`)

test('what waits is written once, in order, with what came while the store was away', async () => {
  const { town, keeper, written, warnings, add } = open()
  add(0, 3)
  town.isAway = true
  for (let attempt = 0; attempt < 3; attempt += 1) await keeper.write()
  // An outage is told once.
  expect(warnings).toHaveLength(1)
  add(3, 7_000)
  town.isAway = false
  await Promise.all([keeper.write(), keeper.write(), keeper.write()])
  await keeper.write()
  expect(written).toEqual(names(0, 7_000))
  expect(town.calls).toBe(3 + 2)
})

test('what is added during a write is kept for the next one', async () => {
  const { keeper, written, add } = open()
  add(0, 2)
  const first = keeper.write()
  add(2, 4)
  await Promise.all([first, keeper.write()])
  expect(written).toEqual(names(0, 4))
})

test('of more than may wait the oldest are dropped, a tenth at once, and counted', async () => {
  const { town, keeper, written, warnings, add } = open(100)
  town.isAway = true
  add(0, 125)
  await keeper.write()
  expect(warnings).toContainEqual({ authority: 'town', dropped: 30 })
  town.isAway = false
  await keeper.write()
  expect(written).toEqual(names(30, 125))
})

test('a process without the lease keeps nothing, and who lost it writes nothing', async () => {
  const { town, keeper, written, add } = open()
  add(0, 2)
  town.isKeeper = false
  add(2, 4)
  await keeper.write()
  town.isKeeper = true
  add(4, 6)
  await keeper.write()
  expect(written).toEqual(names(4, 6))
})

test('an authority that was deleted gets nothing more', async () => {
  const { town, keeper, written, add } = open()
  add(0, 2)
  town.isDeleted = true
  await keeper.write()
  town.isDeleted = false
  await keeper.write()
  expect(written).toEqual([])
})
