import { describe, expect, it } from 'vitest'
import { countReadings, countTimeSlots } from '../../model/message.ts'
import { formatTime } from '../../model/time.ts'
import { decodePayload, RECEIVED_TIME } from './decode-payload.ts'
import { encodeCbor } from './encode-cbor.ts'

const BIN = { id: 'bin-1', kind: 'bin', settings: { emptyDistanceMm: 1200, fullDistanceMm: 200 } }
const COUNTER = { id: 'counter-1', kind: 'traffic' }

/** What a pack is read as, in JSON and in CBOR alike. */
function decodePack(pack: readonly object[], device: { id: string; kind: string } = BIN) {
  const [json, cbor] = [Buffer.from(JSON.stringify(pack)), encodeCbor(pack)].map((payload) => {
    const topic = `kerbside/v1/town/${device.kind}/${device.id}/reading`
    const decoded = decodePayload({ payload, topic, devices: [device] })
    expect(decoded.readings.length + decoded.quarantined.length).toBe(countReadings(payload))
    return {
      readings: decoded.readings.map(({ time, part, fields }) => ({ time: formatTime(time), part, fields })),
      rejections: decoded.quarantined.map(({ reason, detail }) => ({ reason, detail })),
    }
  })
  expect(cbor).toEqual(json)
  return json as NonNullable<typeof json>
}

describe('a pack', () => {
  it('is read with its base values, one reading for each time', () => {
    const pack = [
      { bn: 'urn:dev:ow:10e2073a01080063:', bt: 1771257480, bu: 'm', n: 'distanceMm', v: 0.7 },
      { n: 'temperatureC', u: 'Cel', v: 21.5 },
      { n: 'distanceMm', v: 0.8, t: -60 },
    ]
    expect(decodePack(pack)).toEqual({
      readings: [
        {
          time: '2026-02-16T15:58:00.000Z',
          part: '',
          fields: { distanceMm: 700, fillPercent: 50, temperatureC: 21.5 },
        },
        { time: '2026-02-16T15:57:00.000Z', part: '', fields: { distanceMm: 800, fillPercent: 40 } },
      ],
      rejections: [],
    })
  })

  it.each([
    ['/', 0.35, { fillPercent: 35 }, 'fillPercent'],
    ['%EL', 80, { batteryPercent: 80 }, 'batteryPercent'],
    ['V', 3.6, { batteryVolts: 3.6 }, 'batteryVolts'],
    ['K', 300, { temperatureC: 26.85 }, 'temperatureC'],
    ['rad', Math.PI / 2, { tiltDegrees: 90 }, 'tiltDegrees'],
    ['mm', 700, { distanceMm: 700, fillPercent: 50 }, 'distanceMm'],
    [undefined, 700, { distanceMm: 700, fillPercent: 50 }, 'distanceMm'],
  ])('has its unit %s converted', (u, v, fields, n) => {
    expect(decodePack([{ n, u, v }]).readings).toMatchObject([{ fields }])
  })

  it('tells times relative to its receipt, and now where it tells none', () => {
    const pack = [
      { bn: 'urn:dev:bin:', bt: -5, n: 'fillPercent', v: 1 },
      { n: 'fillPercent', v: 2, t: -10.5 },
      { n: 'fillPercent', v: 3, t: 5 },
    ]
    const times = decodePack(pack).readings.map(({ time }) => Date.parse(time) - RECEIVED_TIME)
    // The one of now takes its place in the pack, as any reading without a time does.
    expect(times).toEqual([-5_000, -15_500, 2])
  })

  it('has truth, texts, and base values of numbers', () => {
    const pack = [
      { bn: 'urn:dev:bin:', bv: 20, n: 'temperatureC', v: 1.5 },
      { n: 'fireAlarm', vb: true },
      { n: 'note', vs: 'left out' },
      { n: 'humidity', u: '%RH', v: 40 },
    ]
    expect(decodePack(pack).readings).toMatchObject([{ fields: { temperatureC: 21.5, fireAlarm: true } }])
  })

  it('of a counter tells its counts, and for which direction', () => {
    const pack = [
      { bn: 'urn:dev:counter:', bt: 1771257480, n: 'direction', vs: 'north' },
      { n: 'intervalSeconds', u: 'min', v: 5 },
      { n: 'counts.car', v: 12 },
    ]
    expect(decodePack(pack, COUNTER).readings).toEqual([
      {
        time: '2026-02-16T15:58:00.000Z',
        part: 'direction:north',
        fields: { direction: 'north', intervalSeconds: 300, countsCar: 12 },
      },
    ])
  })

  it('goes through the mapping of its device', () => {
    const device = { ...BIN, settings: { ...BIN.settings, mapping: 'elsys-elt' } }
    const pack = [
      { bn: 'urn:dev:elsys:', n: 'distance', u: 'm', v: 0.7 },
      { n: 'vdd', v: 3600 },
    ]
    expect(decodePack(pack, device).readings).toMatchObject([
      { fields: { distanceMm: 700, fillPercent: 50, batteryVolts: 3.6 } },
    ])
  })

  it('is one reading for each time, of which one that is refused leaves the others', () => {
    const pack = [
      { bn: 'urn:dev:bin:', bt: 1771257480, n: 'fillPercent', v: 140 },
      { n: 'fillPercent', v: 40, t: 1 },
      { n: 'fillPercent', u: 'V', v: 1, t: 2 },
    ]
    expect(decodePack(pack)).toMatchObject({
      readings: [{ time: '2026-02-16T15:58:01.000Z' }],
      rejections: [
        { reason: 'out_of_range', detail: expect.stringMatching(/^fillPercent: 140/) },
        { reason: 'wrong_type', detail: 'fillPercent: "V" is no unit of it, percent, ratio is allowed' },
      ],
    })
  })
})

// RFC 8428, 5.1.1 to 5.1.6: none of them is of a bin, so that nothing of them is measured; but they are read.
describe('the examples of RFC 8428', () => {
  it.each<[string, readonly object[], number]>([
    ['a single value', [{ n: 'urn:dev:ow:10e2073a01080063', u: 'Cel', v: 23.1 }], 1],
    [
      'values of different times',
      [
        { bn: 'urn:dev:ow:10e2073a01080063', bt: 1.320067464e9, bu: '%RH', v: 20 },
        { u: 'lon', v: 24.30621 },
        { u: 'lat', v: 60.07965 },
        { t: 60, v: 20.3 },
        { u: 'lon', t: 60, v: 24.30622 },
        { u: 'lat', t: 60, v: 60.07965 },
        { t: 120, v: 20.7 },
      ],
      3,
    ],
    [
      'a version, and different kinds of values',
      [
        { bn: 'urn:dev:ow:10e2073a01080063:', bver: 5, n: 'temp', u: 'Cel', v: 23.1 },
        { n: 'label', vs: 'Machine Room' },
        { n: 'open', vb: false },
        { n: 'nfc-reader', vd: 'aGkgCg' },
      ],
      1,
    ],
  ])('%s', (_, pack, count) => {
    const { readings, rejections } = decodePack(pack)
    expect(readings).toEqual([])
    expect(rejections.map(({ reason }) => reason)).toEqual(Array(count).fill('missing_field'))
  })

  // RFC 8428, 6: the example in CBOR, with integers in the place of labels.
  it('in CBOR, byte for byte', () => {
    const hex =
      '87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a22fb41d303a15b00106223614120050067766f6c7461676501615602fb405e066666666666a3006763757272656e740624 02fb3ff3333333333333a3006763757272656e74062302fb3ff4cccccccccccda3006763757272656e74062202fb3ff6666666666666a3006763757272656e74062102f93e00a3006763757272656e74062002fb3ff999999999999aa3006763757272656e74060002fb3ffb333333333333'
    const payload = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    expect(countReadings(payload)).toBe(6)
    const topic = 'kerbside/v1/town/bin/bin-1/reading'
    const { quarantined } = decodePayload({ payload, topic, devices: [BIN] })
    expect(quarantined).toHaveLength(6)
    expect(JSON.parse(Buffer.from(quarantined[1]?.payload ?? []).toString())).toEqual([
      { n: 'current', u: 'A', v: 1.2, t: expect.closeTo(1276020071, 0) },
    ])
  })
})

describe('what is no SenML, though it looks like it,', () => {
  it.each<[readonly unknown[], RegExp]>([
    [[{ n: 'fillPercent', v: 'much' }], /record 0 has a v that is no number/],
    [[{ n: 5, v: 1 }], /record 0 has a n that is no text/],
    [[{ n: 'a', v: 1, vb: true }], /record 0 has more than one value/],
    [[{ n: 'a', v: 1 }, 5], /record 1 is no object/],
    [[{ n: 'a', v: 1, must_: 1 }], /"must_", which has to be understood/],
    [[{ bver: 11, n: 'a', v: 1 }], /version that is not known/],
    [[{ v: 1 }], /record 0 is called "", which is no name/],
    [[{ n: 'a b', v: 1 }], /is called "a b"/],
    [[{ bn: 'a' }], /no record with a value/],
  ])('such as %j is one rejection', (pack, detail) => {
    const payload = Buffer.from(JSON.stringify(pack))
    const topic = 'kerbside/v1/town/bin/bin-1/reading'
    const { readings, quarantined } = decodePayload({ payload, topic, devices: [BIN] })
    expect(readings).toEqual([])
    expect(quarantined).toMatchObject([{ reason: 'not_senml', detail: expect.stringMatching(detail) }])
    expect(countReadings(payload)).toBe(1)
  })

  it.each([
    '9f',
    '81',
    '81a1',
    '81a1006161',
    '8201',
    '81ff',
    '80',
    '81fc',
    '9fff',
    '81c401',
    '81620000',
    'd9d9f7a0',
  ])('such as the bytes %s is one rejection', (hex) => {
    const payload = Buffer.from(hex, 'hex')
    const topic = 'kerbside/v1/town/bin/bin-1/reading'
    const { readings, quarantined } = decodePayload({ payload, topic, devices: [BIN] })
    expect(readings).toEqual([])
    expect(quarantined).toMatchObject([{ reason: expect.stringMatching(/^not_(cbor|senml)$/) }])
    expect(quarantined[0]?.payload.toString()).toBe(payload.toString())
    expect(countReadings(payload)).toBe(1)
  })

  it('is Kerbside’s own JSON where a field of Kerbside’s is in it', () => {
    const payload = '[{"n":"x","v":3,"fillPercent":50}]'
    const topic = 'kerbside/v1/town/bin/bin-1/reading'
    const { readings } = decodePayload({ payload, topic, devices: [BIN] })
    expect(readings).toMatchObject([{ fields: { fillPercent: 50 } }])
  })
})

it('a pack’s readings without a time take milliseconds, those with one take none', () => {
  const timed = Buffer.from('[{"n":"a","v":1,"t":1771257480},{"n":"a","v":1,"t":1771257481}]')
  expect(countTimeSlots(timed, countReadings(timed))).toBe(0)
  const mixed = Buffer.from('[{"n":"a","v":1,"t":1771257480},{"n":"a","v":1}]')
  expect(countTimeSlots(mixed, countReadings(mixed))).toBe(2)
})
