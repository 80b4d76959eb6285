import { expect, test } from 'vitest'
import { showRound } from '../../exchange/published-round.ts'
import { type RoundStop, roundSchema } from '../../model/round.ts'

function stopAt(longitude: number, type: RoundStop['type'], deviceId: string | null): RoundStop {
  const [arrivalTime, departureTime] = ['2026-02-16T08:00:00.000Z', '2026-02-16T08:01:00.000Z']
  const load = { litres: 0, kg: 0 }
  return {
    ...{ type, deviceId, tipId: null, longitude, latitude: 52, arrivalTime, departureTime, load },
    reason: null,
  }
}

const ROUND = roundSchema.parse({
  ...{ id: 'round-1', status: 'done', error: null, createdTime: '2026-02-16T07:00:00.000Z', revision: 0 },
  request: { date: '2026-02-16' },
  ...{ estimated: false, attribution: null, cost: 10, distanceM: 2_000, durationSeconds: 600, left: [] },
  lorries: [
    {
      ...{ lorryId: 'lorry-1', distanceM: 2_000, durationSeconds: 600 },
      stops: [
        stopAt(1, 'start', null),
        stopAt(2, 'lift', 'bin-1'),
        stopAt(3, 'lift', 'bin-2'),
        stopAt(1, 'end', null),
      ],
      geometry: { type: 'LineString', coordinates: [1, 1.5, 2, 2.5, 3, 2, 1].map((x) => [x, 52]) },
    },
  ],
})

test('where no bin is hidden, the way is told as it is driven', () => {
  expect(showRound(ROUND, () => false).lorries).toEqual(ROUND.lorries)
})

test('a way does not lead to a bin that is hidden', () => {
  const [lorry] = showRound(ROUND, (device) => device === 'bin-2').lorries
  expect(lorry?.stops.map(({ deviceId }) => deviceId)).toEqual([null, 'bin-1', null])
  expect(lorry?.geometry.coordinates).toEqual([
    [1, 52],
    [2, 52],
    [1, 52],
  ])
})
