import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countReadings } from '../../model/message.ts'
import { formatTime } from '../../model/time.ts'
import { decodePayload, RECEIVED_TIME } from './decode-payload.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/kerbside-json')
const BIN = { id: 'bin-1', kind: 'bin', settings: { emptyDistanceMm: 1200, fullDistanceMm: 200 } }
const COUNTER = { id: 'counter-1', kind: 'traffic' }

describe('fixture pairs', () => {
  it.each(readdirSync(FOLDER))('%s is decoded as expected', (name) => {
    const pair = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
    const { readings, quarantined } = decodePayload({
      payload: JSON.stringify(pair.payload),
      topic: `kerbside/v1/town/${pair.device.kind}/${pair.device.id}/reading`,
      devices: [pair.device],
    })
    expect(
      readings.map(({ kind, device, part, time, fields }) => {
        return { kind, device, part, time: formatTime(time), fields }
      }),
    ).toEqual(pair.readings)
    expect(quarantined.map(({ reason, detail }) => ({ reason, detail }))).toEqual(pair.rejections)
  })
})

describe('a payload as a whole', () => {
  const large = JSON.stringify(Array.from({ length: 10 }, () => ({ fillPercent: 1, x: 'x'.repeat(30_000) })))
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  it.each<[string, string | Uint8Array, string, RegExp]>([
    ['no JSON', '{"fillPercent": 5', 'not_json', /^payload: is not JSON/],
    ['an empty payload', '', 'not_json', /^payload: is not JSON/],
    ['an empty array', ' []', 'empty', /1 to 1000 are allowed/],
    [
      'more than 1,000 readings',
      JSON.stringify(Array(1_001).fill({ fillPercent: 5 })),
      'too_many_readings',
      /1001 .* up to 1000/,
    ],
    ['more than 256 KiB', large, 'too_large', /bytes are too many, up to 262144 are allowed/],
    ['an array as deep as it has room', deep, 'too_deep', /^payload: .* up to 64 levels are allowed/],
    ['a good reading beside a deep one', `[${deep},{"fillPercent":1}]`, 'too_deep', /^payload/],
    ['a field that is deep', `[{"fillPercent":1,"x":${deep}},{"fillPercent":1}]`, 'too_deep', /^payload/],
    ['Latin-1', Buffer.from('[{"x":"\xe9"},{"fillPercent":1}]', 'latin1'), 'not_json', /is not UTF-8/],
  ])('%s is one rejection', (_, payload, reason, detail) => {
    const { readings, quarantined } = decodeBin(payload)
    expect(readings).toEqual([])
    expect(quarantined).toMatchObject([{ reason, detail: expect.stringMatching(detail), device: 'bin-1' }])
    expect(countReadings(Buffer.from(payload))).toBe(1)
    expect(
      Buffer.from(payload)
        .subarray(0, 262_144)
        .equals(quarantined[0]?.payload ?? Buffer.of()),
    ).toBe(true)
  })

  it('of 1,000 readings is 1,000 readings, each at the next millisecond where they have no time', () => {
    const { readings } = decodeBin(JSON.stringify(Array(1_000).fill({ fillPercent: 5 })))
    expect(readings.map(({ time }) => time)).toEqual(
      Array.from({ length: 1_000 }, (_, i) => RECEIVED_TIME + i),
    )
    expect(new Set(readings.map(({ receivedTime }) => receivedTime))).toEqual(new Set([RECEIVED_TIME]))
  })

  it('on a topic that is nobody’s is quarantined as many times as it counts, without a device', () => {
    const { quarantined } = decodePayload({
      payload: '[1, {"a": 2}]',
      topic: 'v3/app/devices/x/up',
      devices: [BIN],
    })
    expect(quarantined.map(({ reason, device, payload }) => [reason, device, text(payload)])).toEqual([
      ['unknown_topic', null, '1'],
      ['unknown_topic', null, '{"a":2}'],
    ])
  })
})

describe('a reading', () => {
  it.each([
    ['that is no object', 5, 'wrong_type', 'reading: 5 is not a JSON object'],
    ['that is null', null, 'wrong_type', 'reading: null is not a JSON object'],
    ['of another device', { device: 'bin-2', fillPercent: 5 }, 'wrong_device', /"bin-2" .*"bin-1"/],
    [
      'out of range',
      { fillPercent: 140 },
      'out_of_range',
      'fillPercent: 140 is out of range, a number from 0 to 100 is allowed',
    ],
    [
      'of a wrong type',
      { fillPercent: 'full' },
      'wrong_type',
      /^fillPercent: "full" is of a wrong type, a number from 0 to 100/,
    ],
    ['with a null', { fillPercent: null }, 'wrong_type', /^fillPercent: null/],
    [
      'with a broken sequence',
      { fillPercent: 5, sequence: 1.5 },
      'wrong_type',
      /^sequence: 1.5 .* a whole number/,
    ],
    ['that measured nothing', { sequence: 3, note: 'hello' }, 'missing_field', /at least one of fillPercent/],
    [
      'with a time that is none',
      { fillPercent: 5, time: 'yesterday' },
      'wrong_type',
      /^time: "yesterday" is no time/,
    ],
    ['with a day that is none', { fillPercent: 5, time: '2026-02-30T00:00:00Z' }, 'wrong_type', /is no time/],
    ['with half a millisecond', { fillPercent: 5, time: 1.5 }, 'wrong_type', /^time: 1.5 is no time/],
    ['with a boolean for a time', { fillPercent: 5, time: true }, 'wrong_type', /^time: true is no time/],
    ['of 1970', { fillPercent: 5, time: 17 }, 'clock_wrong', /^time: 17 is before 2000/],
    [
      'of just before 2000',
      { fillPercent: 5, time: '1999-12-31T23:59:59Z' },
      'clock_wrong',
      /is before 2000/,
    ],
    [
      'of a clock that began at 2000',
      { fillPercent: 5, time: '2000-01-01T00:00:09Z' },
      'too_old',
      /up to 400 days/,
    ],
    [
      'of 11 minutes ahead',
      { fillPercent: 5, time: '2026-02-16T16:11:00Z' },
      'clock_wrong',
      /is in the future/,
    ],
    [
      'of 401 days ago',
      { fillPercent: 5, time: RECEIVED_TIME - 401 * 86_400_000 },
      'too_old',
      /up to 400 days/,
    ],
    ['without an echo', { distanceMm: 65_535 }, 'no_echo', /^distanceMm: 65535 means .* below 65535/],
  ])('%s is rejected, and told why', (_, element, reason, detail) => {
    const { readings, quarantined } = decodeBin(JSON.stringify(element))
    expect(readings).toEqual([])
    expect(quarantined).toMatchObject([
      { reason, detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) },
    ])
  })

  it('beyond the largest number is shown as what it became', () => {
    const { quarantined } = decodeBin('{"fillPercent": 1e400}')
    expect(quarantined).toMatchObject([
      { reason: 'out_of_range', detail: expect.stringMatching(/^fillPercent: Infinity .* from 0 to 100/) },
    ])
  })

  it('stands or falls alone in its array, and is kept by itself', () => {
    const { readings, quarantined } = decodeBin(
      '[{"fillPercent": 5}, {"fillPercent":101, "a":1}, {"fillPercent": 7}]',
    )
    expect(readings.map(({ fields, time }) => [fields['fillPercent'], time - RECEIVED_TIME])).toEqual([
      [5, 0],
      [7, 2],
    ])
    expect(
      quarantined.map(({ payload, receivedTime }) => [text(payload), receivedTime - RECEIVED_TIME]),
    ).toEqual([['{"fillPercent":101,"a":1}', 1]])
  })

  it('of 9 minutes ahead, and of 399 days ago, is welcome', () => {
    const times = [RECEIVED_TIME + 9 * 60_000, RECEIVED_TIME - 399 * 86_400_000]
    const { readings } = decodeBin(JSON.stringify(times.map((time) => ({ fillPercent: 5, time }))))
    expect(readings.map(({ time }) => time)).toEqual(times)
  })

  it('may be of any age after 2000 where there is no limit', () => {
    const payload = '{"fillPercent": 5, "time": "2000-01-01T00:00:00Z"}'
    const { readings } = decodePayload({ payload, topic: BIN_TOPIC, devices: [BIN], oldestDays: 0 })
    expect(readings).toHaveLength(1)
  })

  it('of a device that is not registered is rejected', () => {
    const { quarantined } = decodePayload({
      payload: '[{"fillPercent": 5}, {}]',
      topic: BIN_TOPIC,
      devices: [],
    })
    expect(quarantined.map(({ reason, device }) => [reason, device])).toEqual([
      ['unknown_device', 'bin-1'],
      ['unknown_device', 'bin-1'],
    ])
  })

  it('on the topic of another kind than its device is rejected', () => {
    const topic = 'kerbside/v1/town/bin/counter-1/reading'
    const { quarantined } = decodePayload({ payload: '{"fillPercent": 5}', topic, devices: [COUNTER] })
    expect(quarantined).toMatchObject([
      { reason: 'wrong_kind', detail: 'topic: names a bin, "counter-1" is registered as a traffic' },
    ])
  })

  it('of a distance is not taken without a calibration, unless it has its level with it', () => {
    const { readings, quarantined } = decodePayload({
      payload: '[{"distanceMm": 500}, {"distanceMm": 500, "fillPercent": 70}]',
      topic: BIN_TOPIC,
      devices: [{ id: 'bin-1', kind: 'bin', settings: { emptyDistanceMm: 1200 } }],
    })
    expect(quarantined).toMatchObject([
      { reason: 'not_calibrated', detail: expect.stringContaining('fullDistanceMm (not set)') },
    ])
    expect(readings).toMatchObject([{ fields: { distanceMm: 500, fillPercent: 70 } }])
  })
})

describe('a status', () => {
  it('says whether its device is there, and counts as no reading', () => {
    const { statuses, readings, quarantined } = decodeStatus('offline')
    expect(statuses).toEqual([
      { authority: 'town', kind: 'bin', device: 'bin-1', isOnline: false, time: RECEIVED_TIME },
    ])
    expect([...readings, ...quarantined]).toEqual([])
    expect(decodeStatus('online').statuses).toMatchObject([{ isOnline: true }])
  })

  it('that says anything else is ignored', () => {
    expect(decodeStatus('')).toMatchObject({ statuses: [], quarantined: [], ignoredStatuses: 1 })
    expect(decodeStatus('ONLINE')).toMatchObject({ statuses: [], quarantined: [], ignoredStatuses: 1 })
  })
})

const BIN_TOPIC = 'kerbside/v1/town/bin/bin-1/reading'

function decodeBin(payload: string | Uint8Array) {
  return decodePayload({ payload, topic: BIN_TOPIC, devices: [BIN] })
}

function decodeStatus(payload: string) {
  return decodePayload({ payload, topic: 'kerbside/v1/town/bin/bin-1/status', devices: [BIN] })
}

function text(payload: Uint8Array): string {
  return Buffer.from(payload).toString()
}
