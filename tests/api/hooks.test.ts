import { describe, expect, test } from 'vitest'
import type { HookReach } from '../../api/hook-sender.ts'
import { openMailer } from '../../outside/open-mailer.ts'
import { parseMailServer } from '../../outside/parse-mail-server.ts'
import { createHookSecretSealer } from '../../registry/seal-hook-secrets.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startHookReceiver } from '../fixtures/start-hook-receiver.ts'
import { startMailbox } from '../fixtures/start-mailbox.ts'
import { verifyHookMessage } from '../fixtures/verify-hook-message.ts'
import { createAlert } from '../registry/contract/alerts.ts'
import { SEALER } from './hook-town.ts'

const PATH = '/v1/authorities/alpha/hooks'
const HOOK = { id: 'duty', name: 'Duty officer', url: 'https://town.example/alerts' }

async function openAlpha(changes: Partial<HookReach> = {}) {
  const hookReach: HookReach = { sealer: SEALER, mailer: undefined, isPrivateAllowed: true, ...changes }
  const app = await createTestApp({ hookReach })
  await app.createAuthority({ id: 'alpha', name: 'Alpha Town' })
  return app
}

const openMail = async () => {
  const mailbox = await startMailbox()
  const mailer = openMailer(parseMailServer(`smtp://127.0.0.1:${mailbox.port}?from=alerts@town.example`))
  return { mailbox, mailer }
}

describe('hooks', () => {
  test('are created with a secret that is shown once, listed, changed, paused and deleted', async () => {
    const app = await openAlpha()
    const created = await app.call('POST', PATH, { body: HOOK })
    expect(created.status).toBe(201)
    expect(created.headers['location']).toBe(`${PATH}/duty`)
    expect(created.headers['cache-control']).toBe('no-store')
    const { secret, ...shown } = created.body
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(shown).toEqual({
      ...HOOK,
      email: null,
      events: ['raised', 'cleared', 'acknowledged', 'unacknowledged'],
      conditions: null,
      isPaused: false,
      state: {
        pausedTime: null,
        note: null,
        attempts: 0,
        failingSince: null,
        deliveredTime: null,
        nextTime: null,
        problem: null,
      },
    })
    expect((await app.call('GET', `${PATH}/duty`)).body).toEqual(shown)
    expect((await app.call('GET', PATH)).body).toEqual({ items: [shown], next: null })
    const { sealed } = await app.registry.getHook('alpha', 'duty')
    expect(Buffer.from(sealed ?? []).toString('latin1')).not.toContain(secret)
    expect(SEALER.open('alpha', 'duty', sealed ?? new Uint8Array())).toEqual([{ secret, untilTime: null }])
    expect(SEALER.open('alpha', 'other', sealed ?? new Uint8Array())).toBeUndefined()
    const stranger = createHookSecretSealer('another key that nobody can guess, of 32')
    expect(stranger.open('alpha', 'duty', sealed ?? new Uint8Array())).toBeUndefined()
    expect((await app.call('GET', '/v1/authorities/alpha/audit')).text).not.toContain(secret)

    const changes = { name: 'Night shift', conditions: ['fire', 'tilt', 'fire'], isPaused: true }
    const changed = await app.call('PATCH', `${PATH}/duty`, { body: changes })
    expect(changed.body).toMatchObject({
      name: 'Night shift',
      conditions: ['fire', 'tilt'],
      url: HOOK.url,
      isPaused: true,
      state: { pausedTime: '2026-02-16T12:00:00.000Z', note: null },
    })
    const resumed = await app.call('PATCH', `${PATH}/duty`, { body: { isPaused: false, conditions: null } })
    expect(resumed.body).toMatchObject({ name: 'Night shift', conditions: null, isPaused: false })
    expect((await app.call('DELETE', `${PATH}/duty`)).status).toBe(204)
    expect((await app.call('GET', `${PATH}/duty`)).status).toBe(404)
    expect((await app.call('GET', `${PATH}/duty/deliveries`)).status).toBe(404)
    const nameless = await app.call('POST', PATH, { body: { name: 'x', url: HOOK.url } })
    expect(nameless.body.id).toMatch(/^[0-9a-f]{16}$/)
  })

  test('what is wrong with one is told, by its field', async () => {
    const app = await openAlpha()
    for (const [body, path] of [
      [{ ...HOOK, url: 'ftp://town.example' }, 'url'],
      [{ ...HOOK, url: 'https://user:password@town.example' }, 'url'],
      [{ name: 'x' }, 'url'],
      [{ ...HOOK, email: 'ann@town.example' }, 'url'],
      [{ name: 'x', email: 'nobody' }, 'email'],
      // Without KERBSIDE_SMTP.
      [{ name: 'x', email: 'ann@town.example' }, 'email'],
      [{ ...HOOK, events: [] }, 'events'],
      [{ ...HOOK, events: ['born'] }, 'events.0'],
      [{ ...HOOK, conditions: ['rain'] }, 'conditions.0'],
      [{ ...HOOK, name: ' ' }, 'name'],
      [{ ...HOOK, id: '-' }, 'id'],
    ] as const) {
      const { status, body: problem } = await app.call('POST', PATH, { body })
      expect([status, problem.errors?.[0]?.path], JSON.stringify(body)).toEqual([400, path])
    }
    await app.call('POST', PATH, { body: HOOK })
    const again = await app.call('POST', PATH, { body: HOOK })
    expect([again.status, again.body.code]).toEqual([409, 'ALREADY_EXISTS'])
    const other = await app.call('PATCH', `${PATH}/duty`, { body: { email: 'ann@town.example' } })
    expect([other.status, other.body.errors[0].path]).toEqual([400, 'email'])
    const operate = await app.createKey('alpha', 'operate')
    expect((await app.call('GET', PATH, { key: operate })).status).toBe(403)

    const keyless = await openAlpha({ sealer: undefined })
    const refused = await keyless.call('POST', PATH, { body: HOOK })
    expect([refused.status, refused.body.detail]).toEqual([
      400,
      expect.stringContaining('KERBSIDE_SECRET_KEY'),
    ])
  })

  test('are told of alerts, and what became of each is listed', async () => {
    const app = await openAlpha()
    const receiver = await startHookReceiver()
    const { body: hook } = await app.call('POST', PATH, { body: { ...HOOK, url: receiver.url } })
    const raised = ['a', 'b', 'c'].map((device) => createAlert('tilt', device))
    await app.registry.recordAlerts('alpha', { raised, cleared: [] }, app.clock.now())
    await eventually(() => receiver.messages.length).toBe(3)
    for (const { headers, body } of receiver.messages) {
      verifyHookMessage(headers, body, { secret: hook.secret, now: app.clock.now() })
    }
    await eventually(async () => (await app.call('GET', `${PATH}/duty/deliveries`)).body.items.length).toBe(3)
    const page = await app.call('GET', `${PATH}/duty/deliveries?limit=2`)
    expect(page.body.items[0]).toEqual({
      id: receiver.messages[2]?.id,
      status: 'delivered',
      type: 'raised',
      alertId: receiver.messages[2]?.json.data.id,
      eventTime: '2026-02-16T12:00:00.000Z',
      attempts: 1,
      triedTime: '2026-02-16T12:00:00.000Z',
      statusCode: 204,
      problem: null,
      note: null,
    })
    const rest = await app.call('GET', `${PATH}/duty/deliveries?limit=2&after=${page.body.next}`)
    expect(rest.body).toMatchObject({ items: [{ id: receiver.messages[0]?.id }], next: null })
    const { state } = (await app.call('GET', `${PATH}/duty`)).body
    expect(state.deliveredTime).toBe('2026-02-16T12:00:00.000Z')
    // What goes over the wire is what the API tells of the alert.
    const { data } = receiver.messages[0]?.json ?? {}
    expect((await app.call('GET', `/v1/authorities/alpha/alerts/${data.id}`)).body).toEqual(data)
  })

  test('are tested at once, also where they are paused, and the answer says what came of it', async () => {
    const { mailbox, mailer } = await openMail()
    const app = await openAlpha({ mailer })
    const receiver = await startHookReceiver()
    const { body: hook } = await app.call('POST', PATH, { body: { ...HOOK, url: receiver.url } })
    await app.call('PATCH', `${PATH}/duty`, { body: { isPaused: true } })
    const tested = await app.call('POST', `${PATH}/duty/test`)
    const [message = expect.fail('nothing came')] = receiver.messages
    expect(tested.body).toEqual({ id: message.id, isDelivered: true, statusCode: 204, problem: null })
    verifyHookMessage(message.headers, message.body, { secret: hook.secret, now: app.clock.now() })
    expect(message.json).toEqual({
      type: 'hook.test',
      timestamp: '2026-02-16T12:00:00.000Z',
      authority: 'alpha',
      data: { hook: 'duty', name: 'Duty officer' },
    })
    receiver.answer = (response) => void response.writeHead(302, { location: 'http://127.0.0.1/' }).end()
    expect((await app.call('POST', `${PATH}/duty/test`)).body).toMatchObject({
      isDelivered: false,
      statusCode: 302,
      problem: 'it answered 302, which leads to http://127.0.0.1/: redirects are not followed',
    })
    expect((await app.call('GET', `${PATH}/duty`)).body.state).toMatchObject({ attempts: 0, problem: null })

    await app.call('POST', PATH, { body: { id: 'ann', name: 'Ann', email: 'ann@town.example' } })
    expect((await app.call('POST', `${PATH}/ann/test`)).body).toMatchObject({ isDelivered: true })
    expect(mailbox.mails[0]?.text).toContain('Subject: [Alpha Town] Test: nothing has happened')
    expect((await app.call('POST', `${PATH}/none/test`)).status).toBe(404)
  })

  test('reach no private address unless it is allowed', async () => {
    const app = await openAlpha({ isPrivateAllowed: false })
    const receiver = await startHookReceiver()
    await app.call('POST', PATH, { body: { ...HOOK, url: receiver.url } })
    const named = receiver.url.replace('127.0.0.1', 'localhost')
    await app.call('POST', PATH, { body: { ...HOOK, id: 'named', url: named } })
    for (const id of ['duty', 'named']) {
      const { body } = await app.call('POST', `${PATH}/${id}/test`)
      expect(body).toMatchObject({ isDelivered: false, problem: expect.stringContaining('private network') })
    }
    const raised = [createAlert('tilt', 'a')]
    await app.registry.recordAlerts('alpha', { raised, cleared: [] }, app.clock.now())
    const stateOf = async (id: string) => (await app.call('GET', `${PATH}/${id}`)).body.state
    await eventually(async () => (await stateOf('named')).problem).toContain('private network')
    await eventually(async () => (await stateOf('duty')).attempts).toBe(1)
    expect(receiver.messages).toEqual([])
  })

  test('get another secret, beside which the former one signs for a day', async () => {
    const app = await openAlpha()
    const receiver = await startHookReceiver()
    const { body: hook } = await app.call('POST', PATH, { body: { ...HOOK, url: receiver.url } })
    const replaced = await app.call('POST', `${PATH}/duty/secret`)
    expect(replaced.body.secret).not.toBe(hook.secret)
    const isKnownBy = async (secret: string) => {
      await app.call('POST', `${PATH}/duty/test`)
      const { headers, body } = receiver.messages.at(-1) ?? expect.fail('nothing came')
      try {
        verifyHookMessage(headers, body, { secret, now: app.clock.now() })
        return true
      } catch {
        return false
      }
    }
    expect([await isKnownBy(hook.secret), await isKnownBy(replaced.body.secret)]).toEqual([true, true])
    app.clock.advance(24 * 3_600)
    expect([await isKnownBy(hook.secret), await isKnownBy(replaced.body.secret)]).toEqual([false, true])
  })
})

test('a process that is told to end waits for no receiver', async () => {
  const app = await openAlpha()
  const receiver = await startHookReceiver()
  receiver.answer = () => undefined
  await app.call('POST', PATH, { body: { ...HOOK, url: receiver.url } })
  const raised = [createAlert('tilt', 'a')]
  await app.registry.recordAlerts('alpha', { raised, cleared: [] }, app.clock.now())
  await eventually(() => receiver.messages.length).toBe(1)
  await app.app.close()
  // Had it waited for the answer, there would be a try that failed.
  expect((await app.registry.getHook('alpha', 'duty')).progress.attempts).toBe(0)
})
