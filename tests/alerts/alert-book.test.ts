import { expect, test } from 'vitest'
import { createAlertBook, OPEN_ALERTS_MAX } from '../../alerts/alert-book.ts'
import type { Judgement, Trouble } from '../../alerts/outcome.ts'
import type { Alert, AlertEvent } from '../../model/alert.ts'
import { createDevice } from './create-town.ts'

const TROUBLE: Trouble = { severity: 'warning', summary: 'It is so.', detail: { minutes: 3 } }

function judge(
  device: string | null,
  outcome: Judgement['outcome'],
  condition: Judgement['condition'] = 'tilt',
): Judgement {
  return { condition, device: device === null ? null : createDevice(device, 'bin'), outcome }
}

function recorded(fields: object, id: string, type: AlertEvent['type'] = 'raised'): AlertEvent {
  const clearedTime = type === 'cleared' ? '2026-02-16T13:00:00.000Z' : null
  const alert = { id, raisedTime: '2026-02-16T12:00:00.000Z', clearedTime, ...fields } as Alert
  return { sequence: 1, authority: 'alpha', type, alert, time: 0 }
}

test('trouble is raised once it is recorded, not again, and cleared by what is well', () => {
  const book = createAlertBook([])
  const first = book.settle([judge('a', TROUBLE), judge(null, TROUBLE, 'feed-stale')], () => true)
  expect(first.raised).toMatchObject([
    { condition: 'tilt', device: 'a', kind: 'bin', summary: 'It is so.', detail: { minutes: 3 } },
    { condition: 'feed-stale', device: null, kind: null },
  ])
  // What could not be recorded is asked for again.
  expect(book.settle([judge('a', TROUBLE)], () => true).raised).toHaveLength(1)
  book.take(first.raised.map((fields, index) => recorded(fields, `id-${index}`)))
  expect(book.settle([judge('a', TROUBLE), judge('a', 'unsure'), judge('b', 'well')], () => true)).toEqual({
    raised: [],
    cleared: [],
    withheld: 0,
  })
  expect(book.settle([judge('a', 'well')], () => true).cleared).toEqual(['id-0'])
  book.take([recorded({ condition: 'tilt', device: 'a' }, 'id-0', 'cleared')])
  expect([book.isOpen('tilt', 'a'), book.isOpen('feed-stale', null)]).toEqual([false, true])
  expect(book.settle([judge('a', TROUBLE)], () => true).raised).toHaveLength(1)
})

test('what was open before a restart is not raised again, and clears with its device', () => {
  const { alert } = recorded({ condition: 'tilt', device: 'a' }, 'before')
  const book = createAlertBook([alert])
  expect(book.settle([judge('a', TROUBLE)], () => true).raised).toEqual([])
  expect(book.settle([], () => false).cleared).toEqual(['before'])
})

test('so many are open at most, the critical ones before the others', () => {
  const open = Array.from(
    { length: OPEN_ALERTS_MAX - 1 },
    (_, index) => recorded({ condition: 'tilt', device: `bin-${index}` }, `${index}`).alert,
  )
  const book = createAlertBook(open)
  const critical = { ...TROUBLE, severity: 'critical' } as const
  const judgements = [judge('x', TROUBLE), judge('y', critical, 'fire'), judge('z', TROUBLE)]
  const { raised, withheld } = book.settle(judgements, () => true)
  expect(raised.map(({ device }) => device)).toEqual(['y'])
  expect(withheld).toBe(2)
  expect(book.settle([...judgements, judge('bin-0', 'well')], () => true).raised).toHaveLength(2)
})
