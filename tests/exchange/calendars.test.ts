import { describe, expect, test } from 'vitest'
import { listCollectionEvents } from '../../exchange/calendars/collection-calendar.ts'
import { listBinDays } from '../../exchange/calendars/list-bin-days.ts'
import { writeCalendar } from '../../exchange/calendars/write-calendar.ts'
import { collectionSchema } from '../../model/collection.ts'

// 16 February 2026 is a Monday.
const BASE = { id: 'recycling', name: 'Recycling', stream: 'recycling', firstDate: '2026-02-16' }

function createSummary(changes: object) {
  const { uprns, ...collection } = collectionSchema.parse({ ...BASE, ...changes })
  return { ...collection, uprnCount: uprns?.length ?? null }
}

const datesOf = (changes: object, from: string, to: string) =>
  listBinDays(createSummary(changes), from, to).map(({ date }) => date)

describe('bin days', () => {
  test.each([
    ['each week by default', {}, ['2026-02-16', '2026-02-23', '2026-03-02']],
    ['each second week', { everyWeeks: 2 }, ['2026-02-16', '2026-03-02']],
    ['each nine days', { everyDays: 9 }, ['2026-02-16', '2026-02-25', '2026-03-06']],
    [
      'on two days of a week',
      { weekdays: ['thursday', 'monday'] },
      ['2026-02-16', '2026-02-19', '2026-02-23', '2026-02-26', '2026-03-02', '2026-03-05'],
    ],
    [
      'not before the first day',
      { firstDate: '2026-02-18', weekdays: ['monday', 'wednesday'], everyWeeks: 2 },
      ['2026-02-18', '2026-03-02', '2026-03-04'],
    ],
    ['until the last day', { until: '2026-02-23' }, ['2026-02-16', '2026-02-23']],
  ])('are %s', (_, changes, expected) => {
    expect(datesOf(changes, '2026-02-01', '2026-03-06')).toEqual(expected)
  })

  test('are found wherever one looks, in whichever order years go', () => {
    expect(datesOf({ everyDays: 14 }, '2030-01-01', '2030-01-14')).toHaveLength(1)
    expect(datesOf({ everyDays: 14 }, '2020-01-01', '2020-12-31')).toEqual([])
    expect(datesOf({ firstDate: '0001-01-01', everyDays: 7 }, '2026-02-16', '2026-03-01')).toHaveLength(2)
  })

  test('are moved and left out by holidays, also into a range from outside of it', () => {
    const holidays = [
      { date: '2026-02-16', movedTo: '2026-02-18', note: 'St Piran' },
      { date: '2026-02-23' },
      { date: '2026-03-03', movedTo: '2026-03-05' },
    ]
    expect(listBinDays(createSummary({ holidays }), '2026-02-17', '2026-03-06')).toEqual([
      { date: '2026-02-18', plannedDate: '2026-02-16', status: 'moved', note: 'St Piran' },
      { date: '2026-02-23', plannedDate: '2026-02-23', status: 'cancelled', note: null },
      { date: '2026-03-02', plannedDate: '2026-03-02', status: 'planned', note: null },
    ])
  })

  test.each([
    [{ everyDays: 7, weekdays: ['monday'] }, 'weekdays'],
    [{ until: '2026-02-15' }, 'until'],
    [{ firstDate: '2026-02-30' }, 'firstDate'],
    [{ holidays: [{ date: '2026-02-16', movedTo: '2026-02-16' }] }, 'holidays'],
    [{ holidays: [{ date: '2026-02-16' }, { date: '2026-02-16' }] }, 'holidays'],
    [{ uprns: ['12a'] }, 'uprns'],
  ])('of %j are refused', (changes, path) => {
    const { error } = collectionSchema.safeParse({ ...BASE, ...changes })
    expect(error?.issues[0]?.path[0]).toBe(path)
  })
})

describe('a calendar', () => {
  test('keeps the id of a day that is moved, and says so in the language that was asked for', () => {
    const holidays = [
      { date: '2026-02-16', movedTo: '2026-02-18', note: null },
      { date: '2026-02-23', note: 'Strike' },
    ]
    const record = {
      collection: createSummary({ holidays, until: '2026-03-02' }),
      revision: 3,
      changedTime: 0,
    }
    const events = listCollectionEvents('alpha', [record], { today: '2026-02-16', language: 'cy' })
    expect(
      events.map(({ uid, when, isCancelled, description }) => [uid, when, isCancelled, description]),
    ).toEqual([
      ['bin-day-recycling-2026-02-16@alpha.kerbside', '2026-02-18', false, 'yn lle Dydd Llun, 16 Chwefror'],
      [
        'bin-day-recycling-2026-02-23@alpha.kerbside',
        '2026-02-23',
        true,
        'dim casgliad ar Dydd Llun, 23 Chwefror. Strike',
      ],
      ['bin-day-recycling-2026-03-02@alpha.kerbside', '2026-03-02', false, undefined],
    ])
    expect(events[0]?.summary).toBe('Casgliad Recycling')
  })

  test('has lines of 75 octets, no character of which is taken apart, and texts that end no line', () => {
    const name = `Bin; day, \\ of\nthe "Tŷ Coch" ${'ŵ🚮'.repeat(60)}\u0007`
    const text = writeCalendar({ name, language: 'cy', refreshHours: 12, events: [] })
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true)
    const lines = text.split('\r\n')
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75)
    expect(text).not.toContain('\uFFFD')
    const unfolded = text.replaceAll('\r\n ', '')
    expect(unfolded).toContain(
      `NAME;LANGUAGE=cy:Bin\\; day\\, \\\\ of\\nthe "Tŷ Coch" ${'ŵ🚮'.repeat(60)}\r\n`,
    )
  })
})
