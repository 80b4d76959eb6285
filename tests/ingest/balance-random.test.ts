import { expect, it } from 'vitest'
import type { DecodedMessages } from '../../ingest/decode-messages.ts'
import { createCounterSettler } from '../../ingest/settle-counters.ts'
import { countReadings } from '../../model/message.ts'
import { createRandom, type Random } from '../../model/random.ts'
import { REJECTION_REASONS } from '../../model/rejection.ts'
import { decodePayload } from './decode-payload.ts'
import { encodeCbor } from './encode-cbor.ts'

const DEV_EUI = '70b3d57ed0051a2c'
const DEVICES = [
  { id: 'bin-1', kind: 'bin', settings: { emptyDistanceMm: 1200, fullDistanceMm: 200 } },
  { id: 'bin-2', kind: 'bin', settings: { mapping: 'decentlab-distance' } },
  { id: 'counter-1', kind: 'traffic' },
  { id: 'counter-2', kind: 'traffic', settings: { mapping: 'parametric-pcr2', devEui: DEV_EUI } },
  { id: 'counter-3', kind: 'traffic', settings: { mapping: 'telraam' } },
]
const ROUNDS = 3_000

it('as much is stored or quarantined as was counted: SenML, CBOR, makers’ payloads and uplinks, whole or damaged', async () => {
  const seed = Date.now() >>> 0
  const random = createRandom(seed)
  for (let round = 0; round < ROUNDS; round += 1) {
    const device = pick(random, DEVICES)
    const isUplink = random() < 0.2
    const payload = damage(random, isUplink ? createUplink(random) : createPayload(random))
    const topic = isUplink
      ? `kerbside/v1/town/uplink/${pick(random, ['tts', 'chirpstack'])}/bins/${pick(random, [DEV_EUI, 'unknown'])}`
      : `kerbside/v1/town/${device.kind}/${device.id}/reading`
    const decoded = decodePayload({ payload, topic, devices: DEVICES })
    await createCounterSettler(async () => []).settle(decoded)
    const message = `seed ${seed}, round ${round}, ${topic}: ${payload.toString('latin1').slice(0, 2_000)}`
    expect(countOutcomes(decoded), message).toBe(countReadings(payload))
    for (const { reason, detail } of decoded.quarantined) {
      expect(REJECTION_REASONS, message).toContain(reason)
      expect(reason, message).not.toBe('decoder_failed')
      expect(detail, message).toMatch(/^\S+: /)
    }
  }
})

/** An element of several readings counts once. */
function countOutcomes({ readings, uncounted, quarantined, counted }: DecodedMessages): number {
  return readings.length - uncounted.size + quarantined.length + counted.length
}

function createPayload(random: Random): Buffer {
  if (random() < 0.3) return Buffer.from(JSON.stringify(createMakersPayload(random)))
  const pack = Array.from({ length: 1 + Math.floor(random() * 6) }, () => createRecord(random))
  return random() < 0.5 ? encodeCbor(pack) : Buffer.from(JSON.stringify(pack))
}

function createRecord(random: Random): object {
  const values = [
    { v: createNumber(random) },
    { vs: 'north' },
    { vb: random() < 0.5 },
    { s: Math.floor(random() * 1e6) },
    {},
  ]
  return {
    ...(random() < 0.4 && { bn: pick(random, ['urn:dev:x:', 'urn:dev:x', '', 'bin/']) }),
    ...(random() < 0.3 && { bt: pick(random, [0, -5, 1771257480, 1e300]) }),
    ...(random() < 0.2 && { bu: pick(random, ['m', 'Cel', '%RH']) }),
    ...(random() < 0.1 && { bv: createNumber(random), must_: random() < 0.1 ? 1 : undefined }),
    ...(random() < 0.9 && {
      n: pick(random, [
        'fillPercent',
        'distanceMm',
        'counts.car',
        'count',
        'direction',
        'lane',
        'distance',
        'x',
      ]),
    }),
    ...(random() < 0.3 && { u: pick(random, ['m', 'mm', '/', 'V', 'bananas']) }),
    ...(random() < 0.5 && { t: pick(random, [0, 1, -1, 1.5, 1771257480]) }),
    ...pick(random, values),
  }
}

function createMakersPayload(random: Random): unknown {
  const one = () =>
    pick<unknown>(random, [
      { distance: { value: createNumber(random), unit: pick(random, ['mm', 'cm', '', null]) } },
      { ltr_sum: Math.floor(random() * 70_000), rtl_sum: Math.floor(random() * 70_000) },
      { car_lft: createNumber(random), car_rgt: createNumber(random), date: '2026-02-16T15:00:00.000Z' },
      { __proto__: null, constructor: 1, value: {} },
      createNumber(random),
    ])
  return random() < 0.5 ? one() : Array.from({ length: Math.floor(random() * 4) }, one)
}

function createUplink(random: Random): Buffer {
  const decoded = random() < 0.1 ? null : createMakersPayload(random)
  const port = pick(random, [0, 14, 190])
  const message = pick<object>(random, [
    {
      end_device_ids: { dev_eui: DEV_EUI },
      uplink_message: {
        f_port: port,
        decoded_payload: decoded,
        received_at: '2026-02-16T15:12:07.123456789Z',
      },
      ...(random() < 0.1 && { simulated: true }),
    },
    { deviceInfo: { devEui: DEV_EUI }, fPort: port, object: decoded, time: '2026-02-16T15:12:07.1+00:00' },
    { end_device_ids: { dev_eui: DEV_EUI }, join_accept: {} },
    { deviceInfo: { devEui: DEV_EUI }, devAddr: '01' },
  ])
  return Buffer.from(JSON.stringify(random() < 0.05 ? [message, message] : message))
}

function createNumber(random: Random): number {
  return pick(random, [0, 1, -1, 0.5, 50, 700, 65_535, 1e9, 1e300, random() * 100])
}

/** A quarter is damaged, in some bytes or cut off. */
function damage(random: Random, payload: Buffer): Buffer {
  const choice = random()
  if (choice < 0.15 && payload.length > 0) payload[Math.floor(random() * payload.length)] = random() * 256
  return choice > 0.9 ? payload.subarray(0, Math.floor(random() * payload.length)) : payload
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T
}
