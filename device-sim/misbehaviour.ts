import type { Random } from '../model/random.ts'
import type { RejectionReason } from '../model/rejection.ts'
import { formatTime } from '../model/time.ts'
import type { TimedPayload } from './behaviour/timed-payload.ts'
import type { DeviceLink } from './client/device-link.ts'
import { type Payload, packPayloads } from './client/pack-payloads.ts'

/** What should become of something that was published and acknowledged. */
export type Expectation =
  /** This payload is in the store; `count` is how often it was sent, and so counts as stored. */
  | { readonly outcome: 'stored'; readonly payload: Payload; readonly count: number }
  /** As many readings are in quarantine for this reason. */
  | { readonly outcome: 'quarantined'; readonly reason: RejectionReason; readonly count: number }

interface MisbehaviourContext {
  readonly link: DeviceLink
  /** What the device would have sent if it behaved: at least one reading. */
  readonly due: readonly TimedPayload[]
  readonly random: Random
  /** ms since 1970 */
  readonly now: number
}

/** Publishes amiss in one manner, and tells what should become of it once it is acknowledged. */
export type Misbehaviour = (context: MisbehaviourContext) => Promise<readonly Expectation[]>

const DAY_MS = 86_400_000

export const MISBEHAVIOURS = {
  /** The connection is lost as soon as something was sent; it comes back and goes on. */
  async loseConnection({ link, due }) {
    await Promise.all([link.publish(payloadsOf(due)), link.drop()])
    return stored(due)
  },

  /** The same message twice, as through two gateways. */
  async sendTwice({ link, due }) {
    await link.publish(payloadsOf(due))
    await link.publish(payloadsOf(due))
    return stored(due, 2)
  },

  /** Again, marked as a duplicate, as where the acknowledgement was lost. */
  async resend({ link, due }) {
    for (const { text } of packPayloads(payloadsOf(due))) {
      await link.publishRaw(text)
      await link.publishRaw(text, { dup: true })
    }
    return stored(due, 2)
  },

  /** The clock was reset to 1970 and counts from there. */
  async clockAt1970({ link, due }) {
    await link.publish(
      payloadsOf(due).map((payload, index) => ({ ...payload, time: formatTime(index * 1000) })),
    )
    return quarantined('clock_wrong', due.length)
  },

  /** The clock is days ahead. */
  async clockAhead({ link, due, random, now }) {
    const aheadMs = DAY_MS * (1 + Math.floor(random() * 300))
    await link.publish(
      payloadsOf(due).map((payload, index) => ({
        ...payload,
        time: formatTime(now + aheadMs + index * 1000),
      })),
    )
    return quarantined('clock_wrong', due.length)
  },

  /** Bytes that are no JSON, as from a sensor with a binary protocol. */
  async sendNonsense({ link, random }) {
    const bytes = Buffer.from(
      Array.from({ length: 1 + Math.floor(random() * 60) }, () => Math.floor(random() * 256)),
    )
    // No JSON text begins with this byte, whatever follows.
    bytes[0] = 0xff
    await link.publishRaw(bytes)
    return quarantined('not_json', 1)
  },

  /** JSON that was cut off on its way. */
  async sendTruncated({ link, due }) {
    const text = JSON.stringify(payloadsOf(due)[0])
    await link.publishRaw(text.slice(0, -1))
    return quarantined('not_json', 1)
  },

  /** A field of the kind's own with a value that cannot be. */
  async sendOutOfRange({ link, due }) {
    const wrong = {
      bin: { fillPercent: 250 },
      traffic: { occupancyPercent: 250 },
      display: { lightLux: -5 },
      vehicle: { latitude: 250 },
    }[link.kind]
    await link.publish(payloadsOf(due).map((payload) => ({ ...payload, ...wrong })))
    return quarantined('out_of_range', due.length)
  },

  /** A number as text. */
  async sendWrongType({ link, due }) {
    const wrong = {
      bin: { temperatureC: 'warm' },
      traffic: { meanSpeedKph: 'fast' },
      display: { temperatureC: 'warm' },
      vehicle: { speedKph: 'fast' },
    }[link.kind]
    await link.publish(payloadsOf(due).map((payload) => ({ ...payload, ...wrong })))
    return quarantined('wrong_type', due.length)
  },

  /** Claims to be another device. */
  async claimAnother({ link, due }) {
    await link.publish(payloadsOf(due).map((payload) => ({ ...payload, device: `not-${link.device}` })))
    return quarantined('wrong_device', due.length)
  },

  /** Fields that Kerbside does not know, which it ignores. */
  async sendUnknownFields({ link, due }) {
    await link.publish(
      payloadsOf(due).map((payload) => ({ ...payload, vendorRssi: -97, vendor: { a: [1] } })),
    )
    return stored(due)
  },

  /** Restarts: gone without a goodbye, back again, counting from 0. */
  async reboot({ link, due }) {
    await link.drop()
    const restarted = due.map((reading, index) => ({
      ...reading,
      payload: { ...reading.payload, sequence: index },
    }))
    await link.publish(payloadsOf(restarted))
    return stored(restarted)
  },

  /** A reading that is possible and yet a lie, as from a bag hung over the sensor. */
  async sendSpike({ link, due, random }) {
    const spike = {
      bin: { temperatureC: 60 + Math.round(random() * 200) / 10 },
      traffic: { meanSpeedKph: 150 + Math.round(random() * 400) / 10 },
      display: { temperatureC: 60 + Math.round(random() * 200) / 10 },
      vehicle: { speedKph: 150 + Math.round(random() * 400) / 10 },
    }[link.kind]
    const spiked = due.map((reading) => ({ ...reading, payload: { ...reading.payload, ...spike } }))
    await link.publish(payloadsOf(spiked))
    return stored(spiked)
  },

  /** Says nothing. */
  async beSilent() {
    return []
  },

  /** One by one and out of order, as a gateway delivers what it kept while it had no network. */
  async deliverLate({ link, due, random }) {
    const shuffled = due
      .map((reading) => ({ reading, order: random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ reading }) => reading)
    await Promise.all(shuffled.map(({ payload }) => link.publish([payload])))
    return stored(due)
  },
} satisfies Record<string, Misbehaviour>

export type MisbehaviourName = keyof typeof MISBEHAVIOURS
export const MISBEHAVIOUR_NAMES = Object.keys(MISBEHAVIOURS) as readonly MisbehaviourName[]

function payloadsOf(due: readonly TimedPayload[]): Payload[] {
  return due.map(({ payload }) => payload)
}

function stored(due: readonly TimedPayload[], count = 1): Expectation[] {
  return due.map(({ payload }) => ({ outcome: 'stored', payload, count }))
}

function quarantined(reason: RejectionReason, count: number): Expectation[] {
  return [{ outcome: 'quarantined', reason, count }]
}
