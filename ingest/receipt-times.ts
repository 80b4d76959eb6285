import type { ReceiptClaim, Registry } from '../registry/registry.ts'
import type { Delivery } from './delivery-window.ts'

/**
 * Gives messages their times of receipt, where the broker gives them none: when they came, or, for readings that tell no
 * time of their own, the next millisecond that no other one of the device has. These are claimed in the registry, since
 * other ingests may have the device's other messages, and the process before this one may have run ahead of the clock.
 */
export async function giveReceiptTimes(
  deliveries: readonly Delivery[],
  claimReceiptTimes: Registry['claimReceiptTimes'],
): Promise<void> {
  const claims = new Map<string, Mutable<ReceiptClaim>>()
  for (const { authority, device, receivedTime, timeSlots } of deliveries) {
    if (timeSlots === 0) continue
    const key = `${authority}/${device}`
    const claim = claims.get(key)
    if (!claim) {
      claims.set(key, { authority, device, latestTime: receivedTime, slots: timeSlots })
      continue
    }
    claim.latestTime = Math.max(claim.latestTime, receivedTime)
    claim.slots += timeSlots
  }
  if (claims.size === 0) return
  const freeTimes = new Map<string, number>()
  for (const { authority, device, freeTime } of await claimReceiptTimes([...claims.values()])) {
    freeTimes.set(`${authority}/${device}`, freeTime)
  }
  for (const delivery of deliveries) {
    const { authority, device, timeSlots } = delivery
    if (timeSlots === 0) continue
    const key = `${authority}/${device}`
    delivery.receivedTime = Math.max(delivery.receivedTime, freeTimes.get(key) ?? 0)
    freeTimes.set(key, delivery.receivedTime + timeSlots)
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
