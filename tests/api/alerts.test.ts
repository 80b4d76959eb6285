import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type ReceivedEvent, readEvents } from '../fixtures/read-events.ts'
import { createAlert } from '../registry/contract/alerts.ts'

const ALERTS = '/v1/authorities/alpha/alerts'

async function createTown(): Promise<TestApp> {
  const own = await createTestApp()
  await own.createAuthority({ id: 'alpha' })
  await own.createAuthority({ id: 'beta' })
  return own
}

async function raise(own: TestApp, ...devices: string[]): Promise<string[]> {
  const raised = devices.map((device) => createAlert('battery-low', device))
  const events = await own.registry.recordAlerts('alpha', { raised, cleared: [] }, own.clock.now())
  return events.map(({ alert }) => alert.id)
}

async function clear(own: TestApp, ...cleared: string[]): Promise<void> {
  await own.registry.recordAlerts('alpha', { raised: [], cleared }, own.clock.now())
}

/** Listens with a key; what it has heard grows. */
async function listen(own: TestApp, key: string, lastEventId?: string) {
  if (own.app.server.address() === null) await own.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = own.app.server.address() as AddressInfo
  const ending = new AbortController()
  onTestFinished(() => ending.abort())
  const response = await fetch(`http://127.0.0.1:${port}${ALERTS}/events`, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal: ending.signal,
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const heard: ReceivedEvent[] = []
  const ended = (async () => {
    for await (const event of readEvents(response.body ?? expect.fail('no stream'))) heard.push(event)
  })().catch(() => undefined)
  return {
    heard,
    ended,
    told: () => heard.map(({ event, data }) => `${data.device ?? ''} ${event}`),
    end: () => ending.abort(),
  }
}

test('alerts are listed newest first, those that are open or all, by condition, device and page', async () => {
  const own = await createTown()
  const [first = '', second = ''] = await raise(own, 'bin-1', 'bin-2', 'bin-3')
  await clear(own, second)
  const devices = async (query: string): Promise<string[]> => {
    const { status, body } = await own.call('GET', `${ALERTS}${query}`)
    expect(status).toBe(200)
    return body.items.map(({ device }: { device: string }) => device)
  }
  expect(await devices('')).toEqual(['bin-3', 'bin-1'])
  expect(await devices('?state=all')).toEqual(['bin-3', 'bin-2', 'bin-1'])
  expect(await devices('?state=all&device=bin-2&condition=battery-low')).toEqual(['bin-2'])
  expect(await devices('?condition=fire')).toEqual([])
  const page = await own.call('GET', `${ALERTS}?state=all&limit=2`)
  expect(page.headers['link']).toContain(`after=${page.body.next}`)
  expect(await devices(`?state=all&limit=2&after=${page.body.next}`)).toEqual(['bin-1'])
  expect((await own.call('GET', `${ALERTS}/${first}`)).body).toMatchObject({
    id: first,
    condition: 'battery-low',
    severity: 'warning',
    device: 'bin-1',
    summary: 'battery-low of bin-1',
    raisedTime: '2026-02-16T12:00:00.000Z',
    clearedTime: null,
  })
  const wrong = await own.call('GET', `${ALERTS}?condition=boredom`)
  expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, 'condition'])
  expect(wrong.text).toContain('device-silent')
  expect((await own.call('GET', `${ALERTS}/none`)).status).toBe(404)
  const key = await own.createKey('beta', 'admin')
  expect((await own.call('GET', `${ALERTS}/${first}`, { key })).status).toBe(404)
})

test('an alert is acknowledged by the name of the key, with a note, and that may be taken back', async () => {
  const own = await createTown()
  const [id = ''] = await raise(own, 'bin-1')
  const path = `${ALERTS}/${id}/acknowledgement`
  const key = await own.createKey('alpha', 'operate')
  const seen = await own.call('POST', path, { key, body: { note: ' on my way ' } })
  expect(seen.body).toMatchObject({
    acknowledgedTime: '2026-02-16T12:00:00.000Z',
    acknowledgedBy: 'operate',
    note: 'on my way',
  })
  expect((await own.call('POST', path)).body).toMatchObject({ acknowledgedBy: 'installation', note: null })
  const { body } = await own.call('GET', '/v1/authorities/alpha/audit')
  const last = body.items.filter(({ action }: { action: string }) => action === 'alert.acknowledge')
  expect(last).toMatchObject([{ target: id, detail: { note: 'on my way' } }, { actor: 'installation' }])
  const back = await own.call('DELETE', path, { key })
  expect(back.body).toMatchObject({ acknowledgedTime: null, acknowledgedBy: null })
  const reader = await own.createKey('alpha', 'read')
  expect((await own.call('POST', path, { key: reader })).status).toBe(403)
  expect((await own.call('POST', path, { body: { nota: 'x' } })).status).toBe(400)
  expect((await own.call('POST', path, { body: { note: '' } })).body.errors[0].path).toBe('note')
  expect((await own.call('POST', `${ALERTS}/none/acknowledgement`)).status).toBe(404)
})

test('what becomes of alerts is told as it happens, also to who comes back', {
  timeout: 60_000,
}, async () => {
  const own = await createTown()
  const key = await own.createKey('alpha', 'read')
  const [before = ''] = await raise(own, 'before')
  const one = await listen(own, key)
  const [id = ''] = await raise(own, 'bin-1')
  await eventually(one.told).toEqual(['bin-1 raised'])
  await own.registry.recordAlerts('beta', { raised: [createAlert('fire', 'theirs')], cleared: [] }, 1)
  await own.call('POST', `${ALERTS}/${id}/acknowledgement`)
  const two = await listen(own, key)
  await clear(own, id, before)
  const all = ['bin-1 raised', 'bin-1 acknowledged', 'bin-1 cleared', 'before cleared']
  await eventually(one.told).toEqual(all)
  await eventually(two.told).toEqual(all.slice(2))
  expect(one.heard[1]?.data).toMatchObject({ id, acknowledgedBy: 'installation', clearedTime: null })
  one.end()
  await raise(own, 'bin-2')
  const back = await listen(own, key, one.heard[1]?.id)
  await eventually(back.told).toEqual([...all.slice(2), 'bin-2 raised'])
  await eventually(two.told).toEqual(back.told())
})

test('who has missed much is told so, and a revoked key hears no more', { timeout: 60_000 }, async () => {
  const own = await createTown()
  const { key, secret } = await own.registry.createKey('alpha', { name: 'wall', scopes: ['read'] }, 'test')
  await raise(own, ...Array.from({ length: 250 }, (_, index) => `bin-${index}`))
  const away = await listen(own, secret, '1')
  await eventually(away.told).toEqual([' missed'])
  await raise(own, 'one-more')
  await eventually(away.told).toEqual([' missed', 'one-more raised'])
  await own.registry.deleteKey('alpha', key.id, 'test')
  await own.directory.refresh()
  await away.ended
})

test('the end of the process ends the streams', { timeout: 60_000 }, async () => {
  const own = await createTown()
  const one = await listen(own, await own.createKey('alpha', 'read'))
  await own.app.close()
  await one.ended
  expect(one.heard).toEqual([])
})
