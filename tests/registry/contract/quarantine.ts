import { describe, expect, test } from 'vitest'
import type { Quarantined } from '../../../model/rejection.ts'
import {
  ACTOR,
  createOutcome,
  createQuarantined,
  openWithAuthorities,
  type RegistryHarness,
} from './harness.ts'

const DAY_MS = 86_400_000

export function describeQuarantine(harness: RegistryHarness): void {
  describe('quarantine', () => {
    test('keeps what was sent as it was, in the order of receipt, and finds it by reason and device', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const every = new Uint8Array(256).map((_, index) => index)
      const entries = [
        createQuarantined({ receivedTime: 3_000, payload: every, reason: 'not_json', detail: 'no JSON' }),
        createQuarantined({ receivedTime: 2_000, device: null, reason: 'unknown_topic' }),
        createQuarantined({ receivedTime: 3_000, device: 'bin-2', payload: new Uint8Array() }),
      ]
      const counts = [{ authority: 'alpha', stored: 0, quarantined: 3 }]
      await registry.recordIngested(createOutcome({ counts, quarantined: entries }))
      const { items } = await registry.listQuarantined('alpha', { limit: 10 })
      expect(items).toEqual(
        [entries[1], entries[0], entries[2]].map((entry) => ({ ...entry, id: expect.any(String) })),
      )
      const [first, second, third] = items
      if (!first || !second || !third) throw new Error('three are listed')
      expect(await registry.getQuarantined('alpha', second.id)).toEqual(second)
      expect(await registry.listQuarantined('alpha', { limit: 2 })).toEqual({
        items: [first, second],
        next: second.id,
      })
      expect(await registry.listQuarantined('alpha', { limit: 2, after: second.id })).toEqual({
        items: [third],
        next: null,
      })
      expect((await registry.listQuarantined('alpha', { limit: 2, reason: 'not_json' })).items).toEqual([
        second,
      ])
      expect((await registry.listQuarantined('alpha', { limit: 2, device: 'bin-2' })).items).toEqual([third])
      expect(await registry.countQuarantined('alpha')).toEqual([
        { reason: 'not_json', count: 1 },
        { reason: 'out_of_range', count: 1 },
        { reason: 'unknown_topic', count: 1 },
      ])
    })

    test('takes text that a database may refuse, with what is refused replaced', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const entry = createQuarantined({
        detail: 'got "\u0000\ud800" \\u0000 😀',
        topic: 'a\u0000b',
        device: 'ä\u0000',
      })
      await registry.recordIngested(createOutcome({ position: 1, quarantined: [entry] }))
      const { items } = await registry.listQuarantined('alpha', { limit: 10 })
      expect(items).toMatchObject([{ detail: 'got "��" \\u0000 😀', topic: 'a�b', device: 'ä�' }])
    })

    test('takes thousands at once, and large ones', { timeout: 20_000 }, async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const many = Array.from({ length: 5_000 }, (_, index) => createQuarantined({ receivedTime: index }))
      const large = Array.from({ length: 40 }, (_, index) =>
        createQuarantined({ receivedTime: 10_000 + index, payload: new Uint8Array(262_144).fill(index) }),
      )
      const quarantined = [...many, ...large]
      const counts = [{ authority: 'alpha', stored: 0, quarantined: quarantined.length }]
      await registry.recordIngested(createOutcome({ position: 1, counts, quarantined }))
      expect(await registry.countQuarantined('alpha')).toEqual([{ reason: 'out_of_range', count: 5_040 }])
      const items: Quarantined[] = []
      const pages: number[] = []
      for (let after: string | null | undefined; after !== null; ) {
        const page = await registry.listQuarantined('alpha', { limit: 10_000, after })
        items.push(...page.items)
        pages.push(page.items.reduce((bytes, { payload }) => bytes + payload.length, 0))
        after = page.next
      }
      // A page is small in bytes too, however large each of them is.
      expect(Math.max(...pages)).toBeLessThanOrEqual(4 * 1_048_576)
      expect(items.map(({ receivedTime }) => receivedTime)).toEqual(
        quarantined.map(({ receivedTime }) => receivedTime),
      )
      expect(items.at(-1)?.payload).toEqual(new Uint8Array(262_144).fill(39))
    })

    test('lets one go to the store once, moving the count with it', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const quarantined = [createQuarantined({})]
      const counts = [{ authority: 'alpha', stored: 4, quarantined: 1 }]
      await registry.recordIngested(createOutcome({ counts, quarantined }))
      const [item] = (await registry.listQuarantined('alpha', { limit: 1 })).items
      const id = item?.id ?? ''
      await registry.updateQuarantined('alpha', id, 'not_calibrated', 'still not')
      expect(await registry.getQuarantined('alpha', id)).toMatchObject({
        reason: 'not_calibrated',
        detail: 'still not',
      })
      const results = await Promise.allSettled([
        registry.resolveQuarantined('alpha', id, ACTOR),
        registry.resolveQuarantined('alpha', id, ACTOR),
      ])
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      const missing = { code: 'NOT_FOUND' }
      await expect(registry.resolveQuarantined('alpha', id, ACTOR)).rejects.toMatchObject(missing)
      await expect(registry.updateQuarantined('alpha', id, 'empty', '')).rejects.toMatchObject(missing)
      await expect(registry.getQuarantined('alpha', id)).rejects.toMatchObject(missing)
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ accepted: 5, stored: 5, quarantined: 0 })
      const audit = await registry.listAudit('alpha', { limit: 10 })
      expect(audit.items.filter(({ action }) => action === 'quarantine.replay')).toHaveLength(1)
    })

    test('discards by id, reason or device, and goes on counting what it discarded', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const quarantined = [
        createQuarantined({ device: 'a', reason: 'no_echo', receivedTime: 1 }),
        createQuarantined({ device: 'a', reason: 'too_old', receivedTime: 2 }),
        createQuarantined({ device: 'b', reason: 'too_old', receivedTime: 3 }),
        createQuarantined({ device: 'b', reason: 'empty', receivedTime: 4 }),
      ]
      const counts = [{ authority: 'alpha', stored: 0, quarantined: 4 }]
      await registry.recordIngested(createOutcome({ counts, quarantined }))
      const { items } = await registry.listQuarantined('alpha', { limit: 10 })
      expect(await registry.discardQuarantined('alpha', { id: items[0]?.id }, ACTOR)).toBe(1)
      expect(await registry.discardQuarantined('alpha', { reason: 'too_old', device: 'b' }, ACTOR)).toBe(1)
      expect(await registry.discardQuarantined('alpha', { reason: 'too_old', device: 'b' }, ACTOR)).toBe(0)
      expect(await registry.discardQuarantined('alpha', {}, ACTOR)).toBe(2)
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ accepted: 4, quarantined: 4 })
      const audit = await registry.listAudit('alpha', { limit: 10 })
      expect(audit.items.at(-1)).toMatchObject({ action: 'quarantine.discard', detail: { count: 2 } })
    })

    test('is trimmed by age, number and bytes per authority, the oldest first, still counted', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const times = [10, 20, 30, 40, 50]
      const quarantined = ['alpha', 'beta'].flatMap((authority) =>
        times.map((receivedTime) =>
          createQuarantined({
            authority,
            receivedTime,
            payload: new Uint8Array(authority === 'beta' ? 100 : 1),
          }),
        ),
      )
      const counts = [{ authority: 'alpha', stored: 0, quarantined: 5 }]
      const now = 10 * DAY_MS
      const sequence = { authority: 'alpha', device: 'bin-1', sequence: 1, hash: 'aa' }
      const sequences = [
        { ...sequence, time: now - DAY_MS - 1 },
        { ...sequence, sequence: 2, time: now - DAY_MS },
      ]
      await registry.recordIngested(createOutcome({ counts, quarantined, sequences }))
      const listTimes = async (authority: string): Promise<number[]> =>
        (await registry.listQuarantined(authority, { limit: 10 })).items.map((item) => item.receivedTime)
      const limits = { now, quarantinedBefore: 20, quarantinedMax: 100, quarantinedBytesMax: 1_000 }
      await registry.trim(limits)
      expect([await listTimes('alpha'), await listTimes('beta')]).toEqual([
        [20, 30, 40, 50],
        [20, 30, 40, 50],
      ])
      await registry.trim({ ...limits, quarantinedMax: 3, quarantinedBytesMax: 200 })
      expect([await listTimes('alpha'), await listTimes('beta')]).toEqual([
        [30, 40, 50],
        [40, 50],
      ])
      await registry.trim({ ...limits, quarantinedMax: 3, quarantinedBytesMax: 200 })
      expect([await listTimes('alpha'), await listTimes('beta')]).toEqual([
        [30, 40, 50],
        [40, 50],
      ])
      expect(await registry.findSequences([sequence, { ...sequence, sequence: 2 }], 0)).toEqual([
        sequences[1],
      ])
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ quarantined: 5 })
    })
  })
}
