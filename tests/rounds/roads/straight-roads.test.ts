import { expect, test } from 'vitest'
import { createStraightRoads } from '../../../rounds/roads/straight-roads.ts'

test('straight lines are 1.4 times as long as the crow flies, at 25 km/h, and marked as estimated', async () => {
  const roads = createStraightRoads()
  // A degree of latitude is 111.195 km on a sphere of the earth's mean radius.
  const places = [
    { longitude: 7, latitude: 43 },
    { longitude: 7, latitude: 43.01 },
  ]
  const { distances, durations, unreachable } = await roads.measure(places)
  expect(Array.from(distances)).toEqual([0, 1557, 1557, 0])
  expect(Array.from(durations)).toEqual([0, 225, 225, 0])
  expect(unreachable).toEqual([])
  expect(roads.isEstimated).toBe(true)
  expect(await roads.trace(places)).toEqual([
    [
      [7, 43],
      [7, 43.01],
    ],
  ])
})

test('a search over straight lines is called off too', async () => {
  const signal = AbortSignal.abort(new Error('called off'))
  await expect(createStraightRoads().measure([], { signal })).rejects.toThrow('called off')
})
