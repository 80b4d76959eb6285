import { describe, expect, test } from 'vitest'
import { createCredentialSealer } from '../../registry/seal-credentials.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'

const PATH = '/v1/authorities/alpha/connections'
const FEED = { id: 'bus-company', type: 'gtfs-realtime', url: 'https://feeds.example/positions.pb' }
const sealer = createCredentialSealer('a key that nobody can guess, of 32 characters')

async function openAlpha(parts: Parameters<typeof createTestApp>[0] = { sealer }) {
  const app = await createTestApp(parts)
  await app.createAuthority({ id: 'alpha' })
  return app
}

describe('connections', () => {
  test('are created, shown without their credentials, changed and deleted', async () => {
    const app = await openAlpha()
    const credentials = { headers: { 'x-api-key': 'very secret' } }
    const created = await app.call('POST', PATH, { body: { ...FEED, credentials } })
    expect(created.status).toBe(201)
    expect(created.headers['location']).toBe(`${PATH}/bus-company`)
    expect(created.body).toEqual({ ...FEED, intervalSeconds: 20, hasCredentials: true, state: null })
    const { sealed } = await app.registry.getConnection('alpha', FEED.id)
    expect(Buffer.from(sealed ?? []).toString('latin1')).not.toContain('very secret')
    expect(sealer.open('alpha', FEED.id, sealed ?? new Uint8Array())).toEqual(credentials)
    expect(sealer.open('beta', FEED.id, sealed ?? new Uint8Array())).toBeUndefined()
    expect((await app.call('GET', '/v1/authorities/alpha/audit')).text).not.toContain('very secret')

    const state = {
      triedTime: app.clock.now(),
      succeededTime: null,
      problem: 'no answer',
      vehicles: 0,
      trips: 0,
    }
    await app.registry.reportConnection('alpha', FEED.id, { state })
    const { body } = await app.call('GET', `${PATH}/${FEED.id}`)
    expect(body.state).toMatchObject({ triedTime: '2026-02-16T12:00:00.000Z', problem: 'no answer' })

    const changed = await app.call('PATCH', `${PATH}/${FEED.id}`, { body: { intervalSeconds: 60 } })
    expect(changed.body).toMatchObject({ intervalSeconds: 60, hasCredentials: true })
    const elsewhere = { url: 'https://attacker.example/positions.pb' }
    const moved = await app.call('PATCH', `${PATH}/${FEED.id}`, { body: elsewhere })
    expect(moved.body).toMatchObject({ ...elsewhere, hasCredentials: false })
    expect((await app.call('GET', PATH)).body.items).toHaveLength(1)
    expect((await app.call('DELETE', `${PATH}/${FEED.id}`)).status).toBe(204)
    expect((await app.call('GET', `${PATH}/${FEED.id}`)).status).toBe(404)
  })

  test('take an admin, and what is wrong with one is told', async () => {
    const app = await openAlpha()
    const operate = await app.createKey('alpha', 'operate')
    expect((await app.call('GET', PATH, { key: operate })).status).toBe(403)
    for (const [change, path] of [
      [{ url: 'ftp://feeds.example' }, 'url'],
      [{ url: 'https://user:password@feeds.example' }, 'url'],
      [{ intervalSeconds: 1 }, 'intervalSeconds'],
      [{ type: 'carrier-pigeon' }, 'type'],
      [{ credentials: { token: 'x' } }, 'credentials'],
    ] as const) {
      const { status, body } = await app.call('POST', PATH, { body: { ...FEED, ...change } })
      expect([status, body.errors?.[0]?.path]).toEqual([400, expect.stringContaining(path)])
    }
    await app.call('POST', PATH, { body: { id: 'hsl', type: 'hfp', url: 'mqtts://mqtt.example:8883' } })
    const { body } = await app.call('GET', `${PATH}/hsl`)
    expect(body.topicFilter).toBe('/hfp/v2/journey/ongoing/vp/bus/#')
    const segment = { id: 'street', type: 'telraam', segmentId: '9000001234', deviceId: 'high-street' }
    expect((await app.call('POST', PATH, { body: segment })).body).toEqual({
      ...segment,
      url: 'https://telraam-api.net',
      intervalSeconds: 900,
      hasCredentials: false,
      state: null,
    })
    const bad = await app.call('PATCH', `${PATH}/hsl`, { body: { url: 'https://mqtt.example' } })
    expect(bad.status).toBe(400)
  })

  test('without a key to encrypt them with, no credentials are kept', async () => {
    const app = await openAlpha({})
    const credentials = { username: 'u', password: 'p' }
    const { status, body } = await app.call('POST', PATH, { body: { ...FEED, credentials } })
    expect([status, body.errors[0].path]).toEqual([400, 'credentials'])
    expect(body.errors[0].message).toContain('KERBSIDE_SECRET_KEY')
    expect((await app.call('POST', PATH, { body: FEED })).status).toBe(201)
  })

  test('one to a network has a client id of its own, which is kept, and what was told to one broker is not told to another', async () => {
    const app = await openAlpha()
    const network = { id: 'tts', type: 'tts', url: 'mqtts://eu1.example:8883', application: 'bins@town' }
    const credentials = { password: 'NNSXS.very-secret' }
    const created = await app.call('POST', PATH, { body: { ...network, credentials } })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ ...network, hasCredentials: true, state: null })
    expect(created.body.clientId).toMatch(/^kerbside-[0-9a-f]{14}$/)
    expect(created.text).not.toContain('very-secret')
    const changed = await app.call('PATCH', `${PATH}/tts`, { body: { application: 'counters@town' } })
    expect(changed.body).toEqual({ ...created.body, application: 'counters@town' })
    const moved = await app.call('PATCH', `${PATH}/tts`, { body: { url: 'mqtts://attacker.example:8883' } })
    expect(moved.body.hasCredentials).toBe(false)

    const state = { triedTime: app.clock.now(), succeededTime: null, problem: null }
    const told = { isConnected: true, uplinks: 4, lastUplinkTime: app.clock.now() }
    await app.registry.reportConnection('alpha', 'tts', { state: { ...state, ...told } })
    expect((await app.call('GET', `${PATH}/tts`)).body.state).toEqual({
      triedTime: '2026-02-16T12:00:00.000Z',
      succeededTime: null,
      problem: null,
      isConnected: true,
      uplinks: 4,
      lastUplinkTime: '2026-02-16T12:00:00.000Z',
    })
    for (const [change, path] of [
      [{ application: 'Bins of the town' }, 'application'],
      [{ type: 'chirpstack' }, 'applicationId'],
      [{ type: 'chirpstack', applicationId: '#' }, 'applicationId'],
      [{ clientId: 'a b' }, 'clientId'],
      [{ url: 'https://eu1.example' }, 'url'],
    ] as const) {
      const { status, body } = await app.call('POST', PATH, { body: { ...network, ...change } })
      expect([status, body.errors?.[0]?.path]).toEqual([400, path])
    }
  })
})
