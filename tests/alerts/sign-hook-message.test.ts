import { describe, expect, test } from 'vitest'
import { signHookMessage } from '../../alerts/sign-hook-message.ts'
import { writeHookMessage } from '../../alerts/write-hook-message.ts'
import { createHookSecret } from '../../registry/secret.ts'
import { verifyHookMessage } from '../fixtures/verify-hook-message.ts'
import { createAlertEvent, TIME } from './create-alert-event.ts'

describe('a message to a hook', () => {
  test('is signed as others do it', () => {
    // The example that implementations of the specification are commonly tested with.
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' }
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']
    expect(signHookMessage(message, { secrets, time: 1614265330_999 })).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  test('is known by each of its secrets, and by nothing else', () => {
    const message = writeHookMessage(createAlertEvent(7, { alert: { summary: 'Töpfergäßchen: 100 %' } }))
    expect(message.id).toBe('evt_alert-7_7')
    const [secret, former, other] = [createHookSecret(), createHookSecret(), createHookSecret()]
    const headers = signHookMessage(message, { secrets: [secret, former], time: TIME })
    const body = Buffer.from(message.body)
    const verify = (key: string, sent = body, now = TIME) => {
      verifyHookMessage(headers, sent, { secret: key, now })
    }
    verify(secret)
    verify(former)
    expect(() => verify(other)).toThrow('no signature')
    expect(() => verify(secret, Buffer.from(message.body.replace('100', '101')))).toThrow('no signature')
    expect(() => verify(secret, body, TIME + 301_000)).toThrow('not of now')
    const taken = { ...headers, 'webhook-id': 'evt_alert-8_8' }
    expect(() => verifyHookMessage(taken, body, { secret, now: TIME })).toThrow('no signature')
    expect(JSON.parse(message.body)).toMatchObject({
      type: 'alert.raised',
      timestamp: '2026-02-16T12:00:07.000Z',
      authority: 'alpha',
      data: { id: 'alert-7', summary: 'Töpfergäßchen: 100 %' },
    })
  })
})
