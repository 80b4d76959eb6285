import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { READY_MAPPING_DIRECTORY } from '../../ingest/mapping/ready-mapping-directory.ts'
import { suggestMapping } from '../../ingest/mapping/suggest-mapping.ts'
import { tryMapping } from '../../ingest/mapping/try-mapping.ts'
import { readNetworkMessage } from '../../ingest/uplinks/read-network-message.ts'
import { newMappingSchema } from '../../model/mapping.ts'
import { READY_MAPPINGS } from '../../model/mappings/ready-mappings.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/uplinks')
const NOW = Date.parse('2026-02-16T16:00:00Z')

/** What mapping of the kind makes of a payload. */
function run(kind: string, rules: readonly object[], sample: unknown, port: number | null = null) {
  const mapping = newMappingSchema.parse({ id: 'mine', name: 'Mine', kind, rules })
  const { readings, rejection } = tryMapping({ mapping, sample, port, now: NOW })
  return rejection ?? readings.map(({ fields }) => fields)
}

describe('a rule', () => {
  it.each<[string, object, unknown, unknown]>([
    ['takes a number as it is', { from: 'a', to: 'distanceMm' }, { a: 700 }, 700],
    ['takes levels and array indexes', { from: 'a.1.b', to: 'distanceMm' }, { a: [0, { b: 700 }] }, 700],
    ['finds a name with a dot of its own', { from: 'a.b', to: 'distanceMm' }, { 'a.b': 700 }, 700],
    ['converts from its unit', { from: 'a', to: 'distanceMm', unit: 'cm' }, { a: 70 }, 700],
    ['reads a unit behind a number', { from: 'a', to: 'distanceMm', unit: 'cm' }, { a: '0.7 m' }, 700],
    ['reads a unit beside a value', { from: 'a', to: 'distanceMm' }, { a: { value: 70, unit: 'cm' } }, 700],
    ['reads a number in a text', { from: 'a', to: 'distanceMm', unit: 'mm' }, { a: ' 700 ' }, 700],
    ['scales and shifts', { from: 'a', to: 'distanceMm', scale: 2, offset: -100 }, { a: 400 }, 700],
    ['may be of a word', { from: 'a', to: 'distanceMm', values: { near: 700 } }, { a: 'near' }, 700],
    ['may always be the same', { always: 700, to: 'distanceMm' }, { battery: 50 }, 700],
  ])('%s', (_, rule, sample, expected) => {
    const battery = { from: 'battery', to: 'batteryPercent' }
    expect(run('bin', [rule, battery], sample)).toMatchObject([{ distanceMm: expected }])
  })

  it.each([
    ['celsius', 20.5, 20.5],
    ['fahrenheit', 68, 20],
    ['kelvin', 293.15, 20],
  ])('knows %s', (unit, sent, expected) => {
    expect(run('bin', [{ from: 't', to: 'temperatureC', unit }], { t: sent })).toEqual([
      { temperatureC: expected },
    ])
  })

  it('makes alarms of what means one, and nothing else', () => {
    const rules = [{ from: 'fire', to: 'fireAlarm', alarm: ['alarm', 1, true] }]
    expect(run('bin', rules, { fire: 'alarm' })).toEqual([{ fireAlarm: true }])
    expect(run('bin', rules, { fire: 1 })).toEqual([{ fireAlarm: true }])
    expect(run('bin', rules, { fire: 'normal' })).toEqual([{ fireAlarm: false }])
  })

  it('is 0 where what it reads is left out, but only beside something that is there', () => {
    const rules = [
      { from: 'car', to: 'counts.car', zeroWhenAbsent: true },
      { from: 'bike', to: 'counts.cycle', zeroWhenAbsent: true },
    ]
    expect(run('traffic', rules, { car: 3 })).toEqual([{ countsCar: 3, countsCycle: 0 }])
    expect(run('traffic', rules, { firmware: '1.0' })).toMatchObject({ reason: 'missing_field' })
  })

  it('that comes first and finds something counts', () => {
    const rules = ['a', 'b'].map((from) => ({ from, to: 'distanceMm' }))
    expect(run('bin', rules, { a: 1, b: 2 })).toEqual([{ distanceMm: 1 }])
    expect(run('bin', rules, { a: null, b: 2 })).toEqual([{ distanceMm: 2 }])
  })

  it('of another port is passed over', () => {
    const rules = [
      { from: 'a', to: 'distanceMm', ports: [1] },
      { from: 'a', to: 'distanceMm', unit: 'cm', ports: [2] },
    ]
    expect(run('bin', rules, { a: 7 }, 2)).toEqual([{ distanceMm: 70 }])
    expect(run('bin', rules, { a: 7 }, 3)).toMatchObject({
      reason: 'unknown_port',
      detail: 'port: 3 is none that mapping "mine" reads, 1, 2 is allowed',
    })
  })

  it.each([
    [{ from: 'a', to: 'distanceMm' }, 'far', 'wrong_type', /^a: "far" is no number/],
    [{ from: 'a', to: 'distanceMm' }, true, 'wrong_type', /^a: true is no number/],
    [{ from: 'a', to: 'distanceMm' }, '7 V', 'wrong_type', /^a: "V" is no unit of it, mm, cm/],
    [{ from: 'a', to: 'distanceMm' }, '7 furlongs', 'wrong_type', /^a: "furlongs" is no unit/],
    [{ from: 'a', to: 'distanceMm' }, 70_000, 'out_of_range', /^distanceMm: 70000 is out of range/],
    [{ from: 'a', to: 'distanceMm', noEcho: [0] }, 0, 'no_echo', /^a: 0 means .* no echo/],
    [{ from: 'a', to: 'distanceMm', values: { near: 7 } }, 'far', 'out_of_range', /^a: "far" .* one of near/],
    [
      { from: 'a', to: 'fireAlarm' },
      'yes',
      'wrong_type',
      /^fireAlarm: "yes" is of a wrong type, true or false/,
    ],
    [{ from: 'toString', to: 'distanceMm' }, 1, 'missing_field', /at least one of toString/],
  ])('%j refuses %j and says why', (rule, sent, reason, detail) => {
    expect(run('bin', [rule], { a: sent })).toMatchObject({
      reason,
      detail: expect.stringMatching(detail),
    })
  })

  it('does not take long over a long text, and names some of many fields', () => {
    const long = `${'1'.repeat(200_000)}\n\n`
    const start = performance.now()
    expect(run('bin', [{ from: 'a', to: 'distanceMm' }], { a: long })).toMatchObject({ reason: 'wrong_type' })
    expect(performance.now() - start).toBeLessThan(1_000)
    const rules = Array.from({ length: 50 }, (_, index) => ({ from: `a${index}`, to: 'distanceMm' }))
    expect(run('bin', rules, {})).toMatchObject({
      detail: expect.stringMatching(/a19 or 30 more is needed$/),
    })
  })

  it.each([null, 5, 'text', [], [{}]])('makes nothing of %j', (sample) => {
    const rules = [{ from: 'a', to: 'distanceMm' }]
    expect(run('bin', rules, sample)).toMatchObject({ reason: 'wrong_type' })
  })
})

describe('a sample', () => {
  const samples = readdirSync(FOLDER).filter((name) => !name.startsWith('trap'))

  it.each(samples)('%s is read, and suggests its mapping', (name) => {
    const { device, messages } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
    const { network, message } = messages[0]
    const mapping = READY_MAPPING_DIRECTORY.find('town', device.settings.mapping)
    const trial = mapping && tryMapping({ mapping, sample: message, settings: device.settings, now: NOW })
    expect(trial).toMatchObject({ network, rejection: null })
    expect(trial?.readings.length).toBeGreaterThan(0)

    const uplink =
      network === null ? { makeWords: [], decoded: message } : readNetworkMessage(network, message)
    if ('reason' in uplink) throw new Error('no uplink')
    expect(suggestMapping(uplink.makeWords, uplink.decoded)).toBe(device.settings.mapping)
  })

  it('of a bin that is not calibrated has a distance and no level', () => {
    const rules = [{ from: 'a', to: 'distanceMm' }]
    expect(run('bin', rules, { a: 700 })).toEqual([{ distanceMm: 700 }])
  })

  it('of sums tells them, since what they grew by is not known', () => {
    const mapping = READY_MAPPING_DIRECTORY.find('town', 'parametric-pcr2')
    const sample = { ltr_sum: 5, rtl_sum: 9 }
    expect(mapping && tryMapping({ mapping, sample, port: 14, now: NOW }).readings).toEqual([
      { time: NOW, fields: { direction: 'ltr' }, sums: { countsPedestrian: 5 } },
      { time: NOW, fields: { direction: 'rtl' }, sums: { countsPedestrian: 9 } },
    ])
  })
})

describe('a mapping is suggested', () => {
  it.each([
    [
      { level: '2000 mm', full: false, fire: false, tilt: false, battery: false, angle: '0 °' },
      'dingtek-df702',
    ],
    [
      { level: 5, alarmLevel: false, alarmFire: false, alarmFall: false, alarmBattery: false },
      'dingtek-df703',
    ],
    [{ distance: 700, battery: 90 }, 'milesight-em500-udl'],
    [{ distance: 700, battery: 90, position: 'normal', temperature: 3 }, 'milesight-em400'],
    [{ distance: 700, vdd: 3600, temperature: 3 }, 'elsys-elt'],
    [{ distance: { value: 700, unit: 'mm', displayName: 'Distance' } }, 'decentlab-distance'],
    [{ LTR: 1, RTL: 2 }, 'parametric-pcr2'],
    [{ humidity: 40 }, undefined],
  ])('by the fields of %j: %s', (decoded, expected) => {
    expect(suggestMapping([], decoded)).toBe(expected)
  })

  it('by the name that somebody gave a profile, before its fields', () => {
    expect(suggestMapping(['Dingtek_DF703 (868)'], { distance: 1, battery: 2 })).toBe('dingtek-df703')
    expect(suggestMapping(['default'], null)).toBeUndefined()
  })
})

it('every ready mapping has an id and a name of its own', () => {
  const mappings = READY_MAPPINGS.map(({ mapping }) => mapping)
  expect(new Set(mappings.map(({ id }) => id)).size).toBe(mappings.length)
  expect(new Set(mappings.map(({ name }) => name)).size).toBe(mappings.length)
})
