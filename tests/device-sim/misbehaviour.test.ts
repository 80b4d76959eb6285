import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DeviceLink, openDeviceLink } from '../../device-sim/client/device-link.ts'
import { MISBEHAVIOUR_NAMES, MISBEHAVIOURS } from '../../device-sim/misbehaviour.ts'
import { createRandom } from '../../model/random.ts'
import { hasMosquitto, type Mosquitto, startMosquitto } from '../fixtures/start-mosquitto.ts'

const SEED = 20_260_601
const TIME = Date.parse('2026-06-01T12:00:00Z')

describe.skipIf(!hasMosquitto)('a device that misbehaves', () => {
  let mosquitto: Mosquitto
  beforeAll(async () => {
    mosquitto = await startMosquitto()
  })
  afterAll(() => mosquitto.stop())

  test.each(MISBEHAVIOUR_NAMES)('by %s has published what it says, and is still there', async (name) => {
    const device = `bin-${name}`
    const received: Buffer[] = []
    const statuses: string[] = []
    const observer = await connectAsync(mosquitto.url)
    const sentinel = Promise.withResolvers<void>()
    observer.on('message', (topic, payload) => {
      if (topic.endsWith('/status')) statuses.push(payload.toString())
      else if (payload.toString() === '"end"') sentinel.resolve()
      else received.push(payload)
    })
    await observer.subscribeAsync(`kerbside/v1/demo/bin/${device}/#`, { qos: 1 })
    const link = await openDeviceLink({
      mqttUrl: mosquitto.url,
      authority: 'demo',
      kind: 'bin',
      device,
      credentials: { username: `demo/${device}`, password: 'not checked here' },
    })
    try {
      const expectations = await misbehave(name, link)
      await link.publishRaw('"end"')
      await sentinel.promise
      const sent = expectations.reduce((sum, { count }) => sum + count, 0)
      const readings = received.flatMap(readingsIn)
      // A lost connection may bring a message twice, and only then.
      if (name === 'loseConnection') expect(new Set(readings).size).toBe(sent)
      else expect(readings.length, `seed ${SEED}`).toBe(sent)
      for (const expectation of expectations) {
        if (expectation.outcome === 'stored' && name !== 'sendUnknownFields') {
          expect(readings).toContain(JSON.stringify(expectation.payload))
        }
      }
      expect(statuses[0]).toBe('online')
      if (name === 'reboot' || name === 'loseConnection') {
        expect(statuses.slice(0, 3)).toEqual(['online', 'offline', 'online'])
      }
    } finally {
      await link.close()
      await observer.endAsync()
    }
  })
})

function misbehave(name: (typeof MISBEHAVIOUR_NAMES)[number], link: DeviceLink) {
  const due = [0, 1, 2].map((index) => {
    const time = TIME + index * 3_600_000
    const payload = { time: new Date(time).toISOString(), sequence: 7 + index, fillPercent: 10 * index }
    return { time, sentTime: time, payload }
  })
  return MISBEHAVIOURS[name]({ link, due, random: createRandom(SEED), now: TIME + 10_800_000 })
}

/** Each reading's own text; what is no JSON is one. */
function readingsIn(payload: Buffer): string[] {
  try {
    const value: unknown = JSON.parse(payload.toString())
    return (Array.isArray(value) ? value : [value]).map((reading) => JSON.stringify(reading))
  } catch {
    return [payload.toString('hex')]
  }
}
