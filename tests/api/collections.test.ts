import { describe, expect, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { hasJudge, runJudge } from '../fixtures/run-judge.ts'
import { createRound } from '../registry/contract/sites.ts'

const ALPHA = '/v1/authorities/alpha'
const SQUARE = {
  type: 'Polygon',
  coordinates: [
    [
      [4, 52],
      [5, 52],
      [5, 53],
      [4, 53],
      [4, 52],
    ],
  ],
}

/** Alpha on Monday, 16 February 2026: recycling of two households, and garden waste of an area. */
async function createTown(published: ('bin-days' | 'rounds')[] = ['bin-days']) {
  const app = await createTestApp({ publicUrl: 'https://town.example' })
  await app.createAuthority({
    id: 'alpha',
    name: 'Alpha',
    timeZone: 'Europe/London',
    published,
    licence: 'https://town.example/licence',
    attribution: 'Alpha Waste',
  })
  const recycling = {
    id: 'recycling',
    name: 'Recycling',
    stream: 'recycling',
    uprns: ['100', '0200'],
    firstDate: '2026-02-17',
    everyWeeks: 2,
    holidays: [{ date: '2026-03-03', movedTo: '2026-03-05', note: 'Snow' }, { date: '2026-03-17' }],
  }
  const garden = {
    id: 'garden',
    name: 'Garden, leaves',
    stream: 'garden',
    area: SQUARE,
    firstDate: '2026-02-18',
    everyDays: 10,
  }
  for (const body of [recycling, garden]) await app.call('POST', `${ALPHA}/collections`, { body })
  await app.call('POST', `${ALPHA}/devices`, {
    body: { id: 'bin-1', kind: 'bin', name: 'Number 5', uprn: '200', longitude: 4.5, latitude: 52.5 },
  })
  const get = (path: string, options: { key?: string | null; headers?: Record<string, string> } = {}) =>
    app.call('GET', `${ALPHA}/${path}`, { key: null, ...options })
  return { app, get }
}

describe('collections', () => {
  test('are created, listed without their households, changed and deleted', async () => {
    const { app } = await createTown()
    const { body } = await app.call('GET', `${ALPHA}/collections`)
    expect(body.items.map(({ id, uprnCount }: { id: string; uprnCount: number }) => [id, uprnCount])).toEqual(
      [
        ['garden', null],
        ['recycling', 2],
      ],
    )
    const changed = await app.call('PATCH', `${ALPHA}/collections/recycling`, {
      body: { everyWeeks: null, until: '2026-12-31' },
    })
    expect(changed.body).toMatchObject({ everyWeeks: 1, until: '2026-12-31', uprns: ['100', '200'] })
    expect((await app.call('GET', `${ALPHA}/collections/recycling`)).body).toEqual(changed.body)
    const wrong = await app.call('PATCH', `${ALPHA}/collections/recycling`, {
      body: { everyDays: 7, weekdays: ['monday'] },
    })
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, 'weekdays'])
    expect((await app.call('DELETE', `${ALPHA}/collections/recycling`)).status).toBe(204)
    expect((await app.call('GET', `${ALPHA}/collections/recycling`)).status).toBe(404)
  })

  test('are changed by operators alone, and are nothing to other authorities', async () => {
    const { app, get } = await createTown()
    expect((await get('collections')).status).toBe(401)
    const key = await app.createKey('alpha', 'read')
    expect((await app.call('DELETE', `${ALPHA}/collections/garden`, { key })).status).toBe(403)
    await app.createAuthority({ id: 'beta' })
    const other = await app.createKey('beta', 'admin')
    expect((await get('collections/garden', { key: other })).status).toBe(404)
    expect((await get('calendars/uprns/100')).status).toBe(200)
  })
})

describe('bin days', () => {
  test('of a household are those that name it, and those of the area that its bin is in', async () => {
    const { get } = await createTown()
    const { body, headers } = await get('calendars/uprns/0200')
    expect(body).toMatchObject({
      uprn: '0200',
      licence: 'https://town.example/licence',
      attribution: 'Alpha Waste',
    })
    expect(headers.link).toContain('rel="license"')
    expect(
      body.items.slice(0, 5).map(({ date, name, status }: Record<string, string>) => [date, name, status]),
    ).toEqual([
      ['2026-02-17', 'Recycling', 'planned'],
      ['2026-02-18', 'Garden, leaves', 'planned'],
      ['2026-02-28', 'Garden, leaves', 'planned'],
      ['2026-03-05', 'Recycling', 'moved'],
      ['2026-03-10', 'Garden, leaves', 'planned'],
    ])
    expect(JSON.stringify(body)).not.toContain('Number 5')
    const streams = (await get('calendars/uprns/100')).body.items.map(
      ({ stream }: { stream: string }) => stream,
    )
    expect(new Set(streams)).toEqual(new Set(['recycling']))
    expect((await get('calendars/uprns/300')).status).toBe(404)
    expect((await get('calendars/uprns/x')).status).toBe(400)
  })

  test('are not told without a key where they are not published', async () => {
    const { app, get } = await createTown([])
    for (const path of [
      'calendars/uprns/100',
      'calendars/uprns/100.ics',
      'calendars/collections/garden.ics',
      'calendars/rounds/r.ics',
    ]) {
      expect((await get(path)).status, path).toBe(401)
    }
    const key = await app.createKey('alpha', 'read')
    expect((await get('calendars/uprns/100', { key })).status).toBe(200)
  })

  test('of collections are listed with their calendars, and without what is the authority’s own', async () => {
    const { get } = await createTown()
    const { body } = await get('calendars?limit=1')
    expect(body).toEqual({
      items: [
        {
          id: 'garden',
          name: 'Garden, leaves',
          stream: 'garden',
          calendar: 'https://town.example/v1/authorities/alpha/calendars/collections/garden.ics',
        },
      ],
      next: 'garden',
      licence: 'https://town.example/licence',
      attribution: 'Alpha Waste',
    })
  })

  test('are a calendar that stays the same until something changes', async () => {
    const { app, get } = await createTown()
    const first = await get('calendars/uprns/200.ics', { headers: { 'accept-language': 'cy' } })
    expect(first.headers).toMatchObject({
      'content-type': 'text/calendar; charset=utf-8',
      'content-language': 'cy',
    })
    expect(first.text).toContain('SUMMARY;LANGUAGE=cy:Casgliad Recycling\r\n')
    app.clock.advance(3_600)
    const headers = { 'accept-language': 'cy', 'if-none-match': String(first.headers.etag) }
    expect((await get('calendars/uprns/200.ics', { headers })).status).toBe(304)
    await app.call('PATCH', `${ALPHA}/collections/garden`, { body: { name: 'Garden' } })
    const second = await get('calendars/uprns/200.ics', { headers })
    expect(second.status).toBe(200)
    expect(second.text).toContain('SEQUENCE:1\r\n')
    expect((await get('calendars/uprns/200.ics?lang=en', { headers })).text).toContain('Garden collection')
    expect((await get('calendars/uprns/200.ics?lang=xx')).status).toBe(400)
    expect((await get('calendars/collections/none.ics')).status).toBe(404)
  })
})

/** What others read in a calendar. */
const PROGRAM = `
import json, sys
from icalendar import Calendar
calendar = Calendar.from_ical(sys.stdin.read() if len(sys.argv) < 2 else sys.argv[1])
events = [e for e in calendar.walk('VEVENT')]
print(json.dumps({
  'name': str(calendar['X-WR-CALNAME']), 'errors': [str(error) for event in events for error in event.errors],
  'uids': len({str(e['UID']) for e in events}) == len(events),
  'events': [[str(e['SUMMARY']), str(e.decoded('DTSTART')), str(e.decoded('DTEND')), str(e['STATUS']), str(e.get('DESCRIPTION', ''))] for e in events][:8],
}))
`

test.skipIf(!hasJudge('icalendar'))(
  'icalendar reads the days, the moved and the cancelled ones',
  async () => {
    const { get } = await createTown()
    const { text } = await get('calendars/uprns/200.ics')
    const told = (await runJudge(PROGRAM, text)) as { events: string[][] }
    expect(told).toMatchObject({ name: 'Bin days', errors: [], uids: true })
    const recycling = told.events.filter(([summary]) => summary?.startsWith('Recycling'))
    expect(told.events[0]).toEqual(['Garden, leaves collection', '2026-02-18', '2026-02-19', 'CONFIRMED', ''])
    expect(recycling).toEqual([])
    const own = (await runJudge(PROGRAM, (await get('calendars/collections/recycling.ics')).text)) as {
      events: string[][]
    }
    expect(own.events.slice(0, 3)).toEqual([
      ['Recycling collection', '2026-02-17', '2026-02-18', 'CONFIRMED', ''],
      ['Recycling collection', '2026-03-05', '2026-03-06', 'CONFIRMED', 'instead of Tuesday 3 March. Snow'],
      ['Recycling collection', '2026-03-17', '2026-03-18', 'CANCELLED', 'no collection on Tuesday 17 March'],
    ])
  },
)

test('a planned round is a calendar of its lorries, for a key or where rounds are published', async () => {
  const { app, get } = await createTown([])
  const stop = (type: 'start' | 'end', time: string) => ({
    type,
    arrivalTime: `2026-02-16T${time}:00.000Z`,
    departureTime: `2026-02-16T${time}:00.000Z`,
    load: { litres: 0, kg: 0 },
  })
  const lorry = {
    lorryId: 'lorry-1',
    stops: [stop('start', '06:00'), stop('end', '11:30')],
    distanceM: 10_000,
    durationSeconds: 19_800,
    geometry: null,
  }
  const round = createRound('done', '2026-02-15T18:00:00Z', {
    id: 'monday',
    lorries: [lorry as unknown as Round['lorries'][number]],
  })
  await app.registry.createRound('alpha', round)
  const key = await app.createKey('alpha', 'read')
  const { text } = await get('calendars/rounds/monday.ics?lang=cy', { key })
  expect(text).toContain(
    'UID:round-monday-lorry-1@alpha.kerbside\r\nDTSTAMP:20260215T180000Z\r\nLAST-MODIFIED:20260215T180000Z\r\nSEQUENCE:0\r\nDTSTART:20260216T060000Z\r\nDTEND:20260216T113000Z\r\n',
  )
  expect((await get('calendars/rounds/monday.ics')).status).toBe(401)
  await app.call('PATCH', ALPHA, { body: { published: ['rounds'] } })
  expect((await get('calendars/rounds/monday.ics')).status).toBe(200)
  expect((await get('calendars/rounds/none.ics')).status).toBe(404)
})
