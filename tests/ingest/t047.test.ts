import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { countReadings } from '../../model/message.ts'
import { formatSignRecord, parseSignRecord, parseSignTopic } from '../../model/sign-topic.ts'
import { formatTime } from '../../model/time.ts'
import { decodePayload } from './decode-payload.ts'

const FOLDER = new URL('../fixtures/t047/said/', import.meta.url)

interface Fixture {
  readonly device: { readonly id: string }
  readonly topic: string
  readonly payload: unknown
  readonly readings: readonly { time: string; fields: object }[]
  readonly rejections: readonly string[]
}

for (const file of readdirSync(FOLDER)) {
  test(`a T047 display says ${file.replace('.json', '').replaceAll('-', ' ')}`, () => {
    const fixture = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Fixture
    const payload = JSON.stringify(fixture.payload)
    const topic = formatSignRecord({
      authority: 'town',
      device: fixture.device.id,
      isCounted: true,
      topicName: fixture.topic,
    })
    const { readings, quarantined } = decodePayload({ payload, topic, devices: [fixture.device] })
    const shown = readings.map(({ kind, device, part, time, fields }) => ({
      kind,
      device,
      part,
      time: formatTime(time),
      fields,
    }))
    expect(shown).toEqual(fixture.readings)
    expect(quarantined.map(({ reason }) => reason)).toEqual(fixture.rejections)
    expect(readings.length + quarantined.length).toBe(countReadings(Buffer.from(payload)))
  })
}

test('what is talk between a display and the system is no reading, and is not quarantined', () => {
  const topic = 'kerbside/v1/town/display/sign-1/t047-talk/PID-LED/discovery/request'
  const { readings, quarantined } = decodePayload({ payload: '{"discoveryRequest":{}}', topic, devices: [] })
  expect([...readings, ...quarantined]).toEqual([])
})

test('bytes that are no JSON are one rejection', () => {
  const topic = 'kerbside/v1/town/display/sign-1/t047/PID-LED/heartbeat/service'
  const { quarantined } = decodePayload({ payload: '{"heartbeat":', topic, devices: [] })
  expect(quarantined.map(({ device, reason }) => [device, reason])).toEqual([['sign-1', 'not_json']])
})

test('only the topics of the standard are a display’s', () => {
  expect(parseSignTopic('CMS/realTimeDeparture/request')).toMatchObject({ name: 'realtimeDeparture' })
  const others = [
    'CMS/realTimeDeparture/content/a/b/c',
    'CMS/cleardown/request/a/b/c',
    'PID-LED/heartbeat/service/x',
    'PID-LED/sensorEvent/service',
    'PID-OLED/heartbeat/service',
    '/PID-LED/heartbeat/service',
    'PID-LED/toString/constructor',
    'PID-LED/status/request/VENDOR/DEVICE',
  ]
  for (const topic of others) expect(parseSignTopic(topic), topic).toBeUndefined()
  for (const topic of ['kerbside/v1/a/display/d/reading', 'kerbside/v1/a/bin/d/t047/x', 'a/b']) {
    expect(parseSignRecord(topic), topic).toBeUndefined()
  }
})
