import { expect, it } from 'vitest'
import type { Delivery } from '../../ingest/delivery-window.ts'
import { giveReceiptTimes } from '../../ingest/receipt-times.ts'
import { createRandom } from '../../model/random.ts'
import { openTown } from './open-town.ts'

it('no two readings get the same time, whichever processes have them and however often these end', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = createRandom(seed)
  const pick = (limit: number): number => Math.floor(random() * limit)
  const { registry } = await openTown([])
  const taken = new Set<string>()
  let now = 1_000_000
  for (let round = 0; round < 100; round += 1) {
    // Two processes, whose clocks differ, read some messages of two devices each, all at once.
    const reads = Array.from({ length: 2 }, () => {
      const skew = pick(20)
      return Array.from({ length: 1 + pick(30) }, () => {
        now += pick(3)
        return createDelivery({ device: `bin-${pick(2)}`, receivedTime: now - skew, timeSlots: pick(4) })
      }).toSorted((a, b) => a.receivedTime - b.receivedTime)
    })
    const before = reads.map((read) => read.map(({ receivedTime }) => receivedTime))
    await Promise.all(reads.map((read) => giveReceiptTimes(read, registry.claimReceiptTimes)))
    for (const [index, read] of reads.entries()) {
      for (const [place, { device, receivedTime, timeSlots }] of read.entries()) {
        expect(receivedTime).toBeGreaterThanOrEqual(before[index]?.[place] ?? 0)
        for (let slot = 0; slot < timeSlots; slot += 1) {
          const identity = `${device} ${receivedTime + slot}`
          expect(taken, `seed ${seed}, round ${round}`).not.toContain(identity)
          taken.add(identity)
        }
      }
    }
  }
})

it('a message that waited for long keeps the time when it came', async () => {
  const { registry } = await openTown([])
  const deliveries = [10_000, 310_000, 310_000].map((receivedTime) =>
    createDelivery({ receivedTime, timeSlots: 2 }),
  )
  deliveries.push(createDelivery({ receivedTime: 310_000, timeSlots: 0 }))
  await giveReceiptTimes(deliveries, registry.claimReceiptTimes)
  expect(deliveries.map(({ receivedTime }) => receivedTime)).toEqual([10_000, 310_000, 310_002, 310_000])
})

function createDelivery(changes: Partial<Delivery>): Delivery {
  return {
    position: undefined,
    authority: 'town',
    device: 'bin-1',
    topic: '',
    payload: new Uint8Array(),
    receivedTime: 0,
    timeSlots: 1,
    messageId: undefined,
    connection: {},
    isForgotten: false,
    ...changes,
  }
}
