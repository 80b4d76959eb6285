import { describe, expect, test } from 'vitest'
import { readRestriction } from '../../../rounds/roads/read-restriction.ts'
import { ROAD_CLASSES } from '../../../rounds/roads/roads.ts'
import { readNodeRules, readWayRules } from '../../../rounds/roads/way-rules.ts'

describe('the directions of a way', () => {
  test.each([
    [{ highway: 'residential' }, true, true],
    [{ highway: 'residential', oneway: 'yes' }, true, false],
    [{ highway: 'residential', oneway: '-1' }, false, true],
    [{ highway: 'motorway' }, true, false],
    [{ highway: 'motorway', oneway: 'no' }, true, true],
    [{ highway: 'tertiary', junction: 'roundabout' }, true, false],
    [{ highway: 'residential', oneway: 'yes', 'oneway:hgv': 'no' }, true, true],
    [{ highway: 'residential', 'motor_vehicle:backward': 'no' }, true, false],
  ])('%o', (tags, forward, backward) => {
    const rules = readWayRules(tags)
    expect([rules?.forward != null, rules?.backward != null]).toEqual([forward, backward])
  })

  test.each([
    { highway: 'footway' },
    { highway: 'construction' },
    { highway: 'service', access: 'private' },
    { highway: 'residential', motor_vehicle: 'no' },
    { highway: 'residential', hgv: 'no' },
    { highway: 'tertiary', oneway: 'reversible' },
    { highway: 'service', area: 'yes' },
    { building: 'yes' },
  ])('are none for %o', (tags) => {
    expect(readWayRules(tags)).toBeUndefined()
  })

  test('the more specific access decides', () => {
    expect(readWayRules({ highway: 'service', access: 'private', hgv: 'yes' })).toBeDefined()
    expect(readWayRules({ highway: 'service', access: 'yes', motor_vehicle: 'no' })).toBeUndefined()
  })

  test('a street for residents is open at a price', () => {
    const rules = readWayRules({ highway: 'residential', motor_vehicle: 'destination' })
    expect(rules?.forward?.isDestinationOnly).toBe(true)
  })
})

describe('the speed on a way', () => {
  const speedOf = (tags: Record<string, string>): number => readWayRules(tags)?.forward?.speedKph as number

  test('falls with the class', () => {
    const speeds = ['motorway', 'primary', 'residential', 'service'].map((highway) => speedOf({ highway }))
    expect(speeds).toEqual([...speeds].sort((a, b) => b - a))
    expect(ROAD_CLASSES.every((highway) => speedOf({ highway }) >= 5)).toBe(true)
  })

  test('follows the limit, in kph and mph, and never passes a lorry’s own', () => {
    expect(speedOf({ highway: 'primary', maxspeed: '50' })).toBe(40)
    expect(speedOf({ highway: 'primary', maxspeed: '30 mph' })).toBeCloseTo(38.6, 1)
    expect(speedOf({ highway: 'motorway', maxspeed: '130' })).toBe(80)
    expect(speedOf({ highway: 'primary', maxspeed: 'signals' })).toBe(speedOf({ highway: 'primary' }))
  })

  test('falls on a bad surface', () => {
    expect(speedOf({ highway: 'tertiary', surface: 'cobblestone' })).toBe(25)
    expect(speedOf({ highway: 'tertiary', surface: 'asphalt' })).toBe(speedOf({ highway: 'tertiary' }))
    expect(speedOf({ highway: 'track', tracktype: 'grade5' })).toBe(8)
  })
})

describe('the limits of a way', () => {
  const limitsOf = (tags: Record<string, string>): (number | undefined)[] => {
    const rules = readWayRules({ highway: 'residential', ...tags })
    return [rules?.maxHeightM, rules?.maxWeightKg]
  }

  test.each([
    [{ maxheight: '3.5' }, 3.5, Number.POSITIVE_INFINITY],
    [{ maxheight: '3,8 m' }, 3.8, Number.POSITIVE_INFINITY],
    [{ maxheight: `11'6"` }, 3.5052, Number.POSITIVE_INFINITY],
    [{ maxheight: 'default' }, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [{ maxweight: '7.5' }, Number.POSITIVE_INFINITY, 7_500],
    [{ maxweight: '3500 kg' }, Number.POSITIVE_INFINITY, 3_500],
    [{ maxweight: '26 t', 'maxweight:hgv': '12' }, Number.POSITIVE_INFINITY, 12_000],
  ])('%o', (tags, heightM, weightKg) => {
    const [height, weight] = limitsOf(tags)
    expect(height).toBeCloseTo(heightM, 6)
    expect(weight).toBeCloseTo(weightKg, 6)
  })
})

describe('a node on a way', () => {
  test.each([
    [{ barrier: 'bollard' }, true],
    [{ barrier: 'bollard', hgv: 'yes' }, false],
    [{ barrier: 'gate' }, false],
    [{ barrier: 'gate', access: 'private' }, true],
    [{ barrier: 'toll_booth' }, false],
    [{ highway: 'crossing' }, false],
  ])('%o', (tags, isClosed) => {
    expect(readNodeRules(tags).isClosed).toBe(isClosed)
  })
})

describe('a turn restriction', () => {
  const members = [
    { type: 'way', id: 1, role: 'from' },
    { type: 'node', id: 2, role: 'via' },
    { type: 'way', id: 3, role: 'to' },
  ] as const

  test('forbids a turn or all others', () => {
    const read = (restriction: string) =>
      readRestriction({ members: [...members], tags: { type: 'restriction', restriction } })
    const turn = { fromWayIds: [1], viaNodeId: 2, toWayIds: [3] }
    expect(read('no_left_turn')).toEqual({ type: 'no', ...turn })
    expect(read('only_straight_on')).toEqual({ type: 'only', ...turn })
    expect(read('give_way')).toBeUndefined()
  })

  test('that excepts lorries is none', () => {
    const tags = { type: 'restriction', restriction: 'no_left_turn', except: 'psv;hgv' }
    expect(readRestriction({ members: [...members], tags })).toBeUndefined()
  })

  test('for lorries alone counts', () => {
    const tags = { type: 'restriction', 'restriction:hgv': 'no_left_turn' }
    expect(readRestriction({ members: [...members], tags })).toMatchObject({ type: 'no' })
  })

  test('by way of another way is told apart, and a broken one is none', () => {
    const tags = { type: 'restriction', restriction: 'no_u_turn' }
    const viaWay = members.map((member) =>
      member.role === 'via' ? { ...member, type: 'way' as const } : member,
    )
    expect(readRestriction({ members: viaWay, tags })).toBe('via_way')
    expect(readRestriction({ members: members.slice(0, 2), tags })).toBeUndefined()
  })
})
