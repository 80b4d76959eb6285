import { expect, it } from 'vitest'
import { countReadings } from '../../model/message.ts'
import { createRandom, type Random } from '../../model/random.ts'
import { READING_FIELDS } from '../../model/reading.ts'
import { REJECTION_REASONS } from '../../model/rejection.ts'
import { decodePayload } from './decode-payload.ts'

const DEVICES = [
  { id: 'bin-1', kind: 'bin', settings: { emptyDistanceMm: 1200, fullDistanceMm: 200 } },
  { id: 'traffic-1', kind: 'traffic' },
  { id: 'display-1', kind: 'display' },
  { id: 'vehicle-1', kind: 'vehicle' },
]
const NAMES = [
  ...Object.values(READING_FIELDS).flatMap((fields) => Object.keys(fields)),
  ...['time', 'device', 'counts', '__proto__', 'constructor', 'toString', 'reason', 'isList', 'value'],
]

it('whatever is sent, nothing is thrown, and as much comes out as the broker counted', () => {
  const seed = Date.now() >>> 0
  const random = createRandom(seed)
  for (let round = 0; round < 2_000; round += 1) {
    const device = pick(random, DEVICES)
    const payload = createPayload(random)
    const message = `seed ${seed}, round ${round}: ${Buffer.from(payload).toString().slice(0, 2_000)}`
    const topic = `kerbside/v1/town/${device.kind}/${device.id}/reading`
    const { readings, quarantined } = decodePayload({ payload, topic, devices: DEVICES })
    expect(readings.length + quarantined.length, message).toBe(countReadings(payload))
    for (const { reason, detail } of quarantined) {
      expect(REJECTION_REASONS, message).toContain(reason)
      expect(reason, message).not.toBe('decoder_failed')
      expect(detail, message).toMatch(/^[\w.]+: /)
    }
    for (const { kind, fields } of readings) {
      const types: Record<string, string> = READING_FIELDS[kind]
      for (const [name, value] of Object.entries(fields)) expect(typeof value, message).toBe(types[name])
    }
  }
})

function createPayload(random: Random): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(createValue(random, 0)) ?? '')
  // A third is damaged, so that some is no JSON, or no UTF-8.
  for (let damage = random() < 0.33 ? 1 + random() * 3 : 0; damage >= 1 && bytes.length > 0; damage -= 1) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
  }
  return random() < 0.1 ? Buffer.concat([Buffer.from(' \n\t'), bytes]) : bytes
}

function createValue(random: Random, depth: number): unknown {
  const choice = random()
  if (depth < 4 && choice < (depth === 0 ? 0.6 : 0.2)) {
    const entries = Array.from({ length: Math.floor(random() * 6) }, () => {
      return [pick(random, NAMES), createValue(random, depth + 1)] as const
    })
    return Object.fromEntries(entries)
  }
  if (depth < 4 && choice < (depth === 0 ? 0.95 : 0.3)) {
    const length = random() < 0.01 ? 1_000 + Math.floor(random() * 2) : Math.floor(random() * 5)
    return Array.from({ length }, () => createValue(random, depth + 1))
  }
  return pick(random, [
    null,
    true,
    '',
    'ok',
    'bin-1',
    '2026-02-16T15:58:00Z',
    '20260216',
    'FULL',
    '\ud800',
    -1,
    -0,
    0,
    1,
    7.5,
    50,
    99.999,
    1e300,
    1771257480000,
    2 ** 53,
  ])
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T
}
