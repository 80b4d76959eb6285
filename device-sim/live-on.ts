import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Random } from '../model/random.ts'
import { READINGS_PER_PAYLOAD_MAX } from '../model/reading.ts'
import type { TimedPayload } from './behaviour/timed-payload.ts'
import type { DeviceLink } from './client/device-link.ts'
import type { TownDevice } from './list-town-devices.ts'
import { type Expectation, MISBEHAVIOUR_NAMES, MISBEHAVIOURS, type MisbehaviourName } from './misbehaviour.ts'

/** What was acknowledged, of which device, and what should become of it. */
export interface Delivery {
  readonly authority: string
  readonly kind: TownDevice['kind']
  readonly device: string
  readonly misbehaviour: MisbehaviourName | undefined
  readonly expectations: readonly Expectation[]
}

// Node's timers hold no longer ones, and a clock may be set meanwhile.
const WAIT_MAX_MS = 60_000

/** One device from now on: publishes each reading when the clock has come to it, until the signal ends it. */
export async function liveOn({
  link,
  device,
  from,
  random,
  options,
}: {
  link: DeviceLink
  device: TownDevice
  /** Where its history ended, in ms since 1970. */
  from: number
  random: Random
  options: {
    readonly clock: Clock
    readonly logger: Logger
    readonly signal: AbortSignal
    readonly misbehaviour?: { readonly ratio: number; readonly names?: readonly MisbehaviourName[] }
    readonly onDelivery?: (delivery: Delivery) => void
  }
}): Promise<void> {
  const { clock, signal, logger, misbehaviour, onDelivery } = options
  const names = misbehaviour?.names ?? MISBEHAVIOUR_NAMES
  const readings = device.readings({ from, to: Number.POSITIVE_INFINITY })
  let next: TimedPayload | undefined = readings.next().value
  // A device that has nothing more to say stays as it is, connected and silent.
  while (next && !signal.aborted) {
    const waitMs = (next.sentTime - clock.now()) / clock.speed
    if (waitMs > 0) {
      await sleep(Math.min(Math.ceil(waitMs), WAIT_MAX_MS), undefined, { signal }).catch(() => undefined)
      continue
    }
    // More than one is due where the clock is fast, or where acknowledgements were long in coming.
    const due: TimedPayload[] = []
    while (next && next.sentTime <= clock.now() && due.length < READINGS_PER_PAYLOAD_MAX) {
      due.push(next)
      next = readings.next().value
    }
    const name =
      misbehaviour && names.length > 0 && random() < misbehaviour.ratio
        ? names[Math.floor(random() * names.length)]
        : undefined
    try {
      const { authority, kind } = link
      const expectations = await publish(due, name)
      onDelivery?.({ authority, kind, device: device.id, misbehaviour: name, expectations })
    } catch (error) {
      if (!signal.aborted) logger.warn({ device: device.id }, `not published: ${messageOf(error)}`)
    }
  }

  async function publish(
    due: TimedPayload[],
    name: MisbehaviourName | undefined,
  ): Promise<Delivery['expectations']> {
    if (name) return MISBEHAVIOURS[name]({ link, due, random, now: clock.now() })
    await link.publish(due.map(({ payload }) => payload))
    return due.map(({ payload }) => ({ outcome: 'stored', payload, count: 1 }))
  }
}
