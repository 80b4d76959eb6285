import { expect, test } from 'vitest'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { hasJudge, runJudge } from '../fixtures/run-judge.ts'

const ALPHA = '/v1/authorities/alpha'

/** Alpha at noon of 16 February 2026. */
async function createTown() {
  const app = await createTestApp({ publicUrl: 'https://town.example' })
  await app.createAuthority({
    id: 'alpha',
    name: 'Alpha & Town',
    timeZone: 'Europe/London',
    published: ['service-alerts'],
    licence: 'https://town.example/licence',
    attribution: 'Alpha Roads',
  })
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.call('GET', `${ALPHA}/feeds/${path}`, { key: null, headers })
  return { app, get }
}

const ALERT = {
  id: 'bridge',
  effect: 'DETOUR',
  header: [
    { language: 'en', text: 'Bridge <closed>' },
    { language: 'cy', text: 'Pont ar gau' },
  ],
  description: [{ text: 'Use the "old" one\u0000' }],
  url: [{ text: 'https://town.example/bridge?a=1&b=2' }],
  activePeriods: [{ start: '2026-02-16T08:00:00Z', end: '2026-02-17T08:00:00Z' }],
  informedEntities: [{ stopId: 'stop-1' }],
}

const titlesOf = (text: string) =>
  [...text.matchAll(/<entry>\n<id>[^<]*<\/id>\n<title>([^<]*)<\/title>/g)].map((match) => match[1])

test('service alerts are a feed, the newest first, without those that are over, in the language that is asked for', async () => {
  const { app, get } = await createTown()
  await app.call('POST', `${ALPHA}/service-alerts`, { body: ALERT })
  app.clock.advance(60)
  const later = { ...ALERT, id: 'later', header: [{ text: 'Later' }], activePeriods: [] }
  await app.call('POST', `${ALPHA}/service-alerts`, { body: later })
  const { text, headers } = await get('service-alerts.atom')
  expect(headers).toMatchObject({
    'content-type': 'application/atom+xml; charset=utf-8',
    'content-language': 'en',
  })
  expect(headers.link).toContain('rel="license"')
  expect(titlesOf(text)).toEqual(['Later', 'Bridge &#60;closed&#62;'])
  expect(text).toContain(
    '<title>Service alerts of Alpha &#38; Town</title>\n<updated>2026-02-16T12:01:00.000Z</updated>',
  )
  expect(text).toContain(
    '<link rel="license" href="https://town.example/licence"/>\n<rights>Source: Alpha Roads</rights>',
  )
  expect(text).toContain(
    '<link rel="alternate" href="https://town.example/bridge?a=1&#38;b=2"/>\n<category term="DETOUR"/>',
  )
  expect(titlesOf((await get('service-alerts.atom', { 'accept-language': 'cy' })).text)).toContain(
    'Pont ar gau',
  )
  const again = await get('service-alerts.atom', { 'if-none-match': String(headers.etag) })
  expect(again.status).toBe(304)
  app.clock.advance(86_400)
  expect(titlesOf((await get('service-alerts.atom')).text)).toEqual(['Later'])
})

test('works are entered, replaced and told until they are over, beside announced changes of service', async () => {
  const { app, get } = await createTown()
  const works = {
    title: [{ text: 'Gas main' }],
    from: '2026-02-20T08:00:00Z',
    until: '2026-02-27T17:00:00Z',
    geometry: {
      type: 'LineString',
      coordinates: [
        [4, 52],
        [4.1, 52],
      ],
    },
    url: 'https://town.example/works/1',
  }
  const created = await app.call('POST', `${ALPHA}/works`, { body: works })
  expect(created.status).toBe(201)
  const { id } = created.body
  app.clock.advance(60)
  await app.call('PUT', `${ALPHA}/works/${id}`, { body: { ...works, title: [{ text: 'Gas main, longer' }] } })
  const change = { type: 'cancellation', routeId: 'R1', header: [{ text: 'No line 1' }] }
  await app.call('POST', `${ALPHA}/service-changes`, { body: change })
  await app.call('POST', `${ALPHA}/service-changes`, { body: { ...change, header: null } })
  const { text } = await get('works.atom')
  expect(titlesOf(text).sort()).toEqual(['Gas main, longer', 'No line 1'])
  expect(text).toContain('<summary>20 February 2026 at 08:00 – 27 February 2026 at 17:00</summary>')
  expect(text).toContain(
    `<id>urn:kerbside:alpha:works:${id}</id>\n<title>Gas main, longer</title>\n<updated>2026-02-16T12:01:00.000Z</updated>`,
  )
  const listed = await app.call('GET', `${ALPHA}/works`, { key: null })
  expect(listed.body.items[0]).toMatchObject({ id, geometry: works.geometry })
  app.clock.advance(12 * 86_400)
  expect(titlesOf((await get('works.atom')).text)).toEqual(['No line 1'])
  const wrong = await app.call('POST', `${ALPHA}/works`, {
    body: { ...works, until: works.from, url: 'javascript:alert(1)' },
  })
  expect(wrong.status).toBe(400)
})

test('feeds take a key where service alerts are not published', async () => {
  const { app, get } = await createTown()
  await app.call('PATCH', ALPHA, { body: { published: [] } })
  for (const path of ['service-alerts.atom', 'works.atom']) expect((await get(path)).status).toBe(401)
  await app.createAuthority({ id: 'beta' })
  const key = await app.createKey('beta', 'admin')
  expect((await app.call('GET', `${ALPHA}/feeds/works.atom`, { key })).status).toBe(404)
  // The feed and the list are of the same dataset.
  const list = () => app.call('GET', `${ALPHA}/service-alerts`, { key: null })
  expect((await list()).status).toBe(401)
  await app.call('PATCH', ALPHA, { body: { published: ['departures'] } })
  expect((await list()).status).toBe(401)
  await app.call('PATCH', ALPHA, { body: { published: ['service-alerts'] } })
  expect(await list()).toMatchObject({
    status: 200,
    headers: { link: expect.stringContaining('rel="license"') },
  })
})

const PROGRAM = `
import json, sys
import xml.etree.ElementTree as tree
atom = '{http://www.w3.org/2005/Atom}'
feed = tree.fromstring(sys.argv[1])
print(json.dumps({
  'root': feed.tag == atom + 'feed',
  'has': [feed.find(atom + name) is not None for name in ('id', 'title', 'updated', 'author')],
  'entries': [[entry.find(atom + name).text for name in ('id', 'title', 'summary')] for entry in feed.iter(atom + 'entry')],
}))
`

test.skipIf(!hasJudge('xml.etree.ElementTree'))('a feed is XML whatever it is told', async () => {
  const { app, get } = await createTown()
  await app.call('POST', `${ALPHA}/service-alerts`, { body: { ...ALERT, activePeriods: [] } })
  expect(await runJudge(PROGRAM, (await get('service-alerts.atom')).text)).toEqual({
    root: true,
    has: [true, true, true, true],
    entries: [['urn:kerbside:alpha:service-alert:bridge', 'Bridge <closed>', 'Use the "old" one\ufffd']],
  })
})
