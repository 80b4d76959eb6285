import { describe, expect, it } from 'vitest'
import { mappingSchema, newMappingSchema } from '../../model/mapping.ts'
import { convertUnit, findUnit } from '../../model/unit.ts'
import { formatUplinkTopic, parseUplinkTopic } from '../../model/uplink-topic.ts'

const BIN = { id: 'mine', name: 'Mine', kind: 'bin' }

describe('a mapping', () => {
  it('has rules, parts and a version', () => {
    const rules = [{ from: 'distance.value', to: 'distanceMm', unit: 'cm' }]
    expect(newMappingSchema.parse({ ...BIN, rules })).toEqual({ ...BIN, rules, parts: [] })
    expect(mappingSchema.parse({ ...BIN, version: 2, rules }).version).toBe(2)
  })

  it.each([
    [{}, 'rules', /at least one rule/],
    [{ rules: [{ from: 'a', to: 'count' }] }, 'rules.0.to', /must be one of .*fillPercent/],
    [{ rules: [{ from: 'a', to: 'fillPercent', unit: 'mm' }] }, 'rules.0.unit', /one of percent, ratio/],
    [{ rules: [{ from: 'a', to: 'fireAlarm', unit: 'mm' }] }, 'rules.0.unit', /has no unit/],
    [{ rules: [{ to: 'fillPercent' }] }, 'rules.0.from', /either from or always/],
    [{ rules: [{ from: 'a', always: 1, to: 'fillPercent' }] }, 'rules.0.from', /and not both/],
    [{ rules: [{ from: 'a', to: 'fillPercent', counter: {} }] }, 'rules.0.counter', /only count/],
    [
      { rules: [{ from: 'a', to: 'fireAlarm', alarm: [1], values: {} }] },
      'rules.0.alarm',
      /together with values/,
    ],
    [{ rules: [{ from: 'a..b', to: 'fillPercent' }] }, 'rules.0.from', /joined by dots/],
    [
      { parts: [{ rules: [{ from: 'a', to: 'fillPercent' }] }] },
      'parts.0.direction',
      /a direction or a lane/,
    ],
  ])('is refused as %j, and says where', (rest, path, message) => {
    const issues = newMappingSchema.safeParse({ ...BIN, ...rest }).error?.issues ?? []
    const found = issues.find((issue) => issue.path.join('.') === path)
    expect(found?.message).toMatch(message)
  })
})

describe('a unit', () => {
  it.each([
    ['cm', 12.5, 125],
    ['℃', -5, -5],
    ['°F', 50, 10],
    ['K', 300, 26.85],
    ['/', 0.07, 7],
    ['mV', 3600, 3.6],
    ['m/s', 10, 36],
  ])('%s of %d becomes %d', (written, value, expected) => {
    const unit = findUnit(written)
    expect(unit && convertUnit(value, unit)).toBe(expected)
  })

  it.each(['', 'constructor', 'bananas'])('%j is none', (written) => {
    expect(findUnit(written)).toBeUndefined()
  })
})

describe('an uplink’s topic', () => {
  it('is read as it was written', () => {
    const topic = {
      authority: 'town',
      network: 'tts',
      connection: 'bins',
      devEui: '70b3d57ed0001234',
    } as const
    expect(parseUplinkTopic(formatUplinkTopic(topic))).toEqual(topic)
    expect(parseUplinkTopic(formatUplinkTopic({ ...topic, devEui: null }))).toEqual({
      ...topic,
      devEui: null,
    })
  })

  it.each(['kerbside/v1/town/bin/bin-1/reading', 'kerbside/v1/town/uplink/x/bins/70b3d57ed0001234'])(
    '%s is none',
    (name) => expect(parseUplinkTopic(name)).toBeUndefined(),
  )
})
