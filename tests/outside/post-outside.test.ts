import { isIP } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { OutsideNames } from '../../outside/outside-names.ts'
import { type OutsidePost, postOutside } from '../../outside/post-outside.ts'
import { startHookReceiver } from '../fixtures/start-hook-receiver.ts'

function createPost(url: string, changes: Partial<OutsidePost> = {}): OutsidePost {
  return {
    url,
    headers: { 'webhook-id': 'evt_1' },
    body: Buffer.from('{"text":"Größe"}'),
    isPrivateAllowed: false,
    bytesMax: 1_000,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    ...changes,
  }
}

/** Names of which the test says what they stand for, one answer after the other; 127.0.0.1 is the only public address. */
function createNames(answers: readonly string[]): OutsideNames & { asked: string[] } {
  const left = [...answers]
  const asked: string[] = []
  return {
    asked,
    lookup(host, _options, callback) {
      asked.push(host)
      const address = left.shift() ?? ''
      callback(null, [{ address, family: isIP(address) }])
    },
    isPrivate: (address) => address !== '127.0.0.1',
  }
}

describe('what is posted to an outside address', () => {
  test('comes as it was, and the answer is told', async () => {
    const receiver = await startHookReceiver()
    receiver.answer = (response) =>
      void response.writeHead(429, { 'retry-after': '7' }).end('x'.repeat(5_000))
    const answer = await postOutside(createPost(receiver.url, { isPrivateAllowed: true }))
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '7' } })
    const [{ body, headers } = expect.fail()] = receiver.messages
    expect(body.toString()).toBe('{"text":"Größe"}')
    expect(headers).toMatchObject({ 'webhook-id': 'evt_1', 'content-length': '18' })
  })

  test('never comes to a private address, in numbers or by a name', async () => {
    const receiver = await startHookReceiver()
    for (const host of [
      '127.0.0.1',
      'localhost',
      '0x7f000001',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
    ]) {
      const url = `http://${host}:${receiver.port}/`
      await expect(postOutside(createPost(url)), host).rejects.toThrow('private network')
    }
    expect(receiver.messages).toEqual([])
  })

  test('goes to the address that was looked at, and nowhere once its name stands for a private one', async () => {
    const receiver = await startHookReceiver()
    const url = `http://hooks.example:${receiver.port}/`
    // 127.0.0.2 is this machine as well: the receiver would be reached.
    const names = createNames(['127.0.0.1', '127.0.0.2', '127.0.0.1'])
    expect(await postOutside(createPost(url, { names }))).toMatchObject({ status: 204 })
    await expect(postOutside(createPost(url, { names }))).rejects.toThrow('private network')
    expect(await postOutside(createPost(url, { names }))).toMatchObject({ status: 204 })
    // Asked once for each: no second look, which might be answered otherwise.
    expect(names.asked).toEqual(Array(3).fill('hooks.example'))
    expect(receiver.messages).toHaveLength(2)
  })

  test('does not follow a redirect, wherever it leads', async () => {
    const [receiver, other] = [await startHookReceiver(), await startHookReceiver()]
    receiver.answer = (response) => void response.writeHead(307, { location: other.url }).end()
    const answer = await postOutside(createPost(receiver.url, { isPrivateAllowed: true }))
    expect(answer).toMatchObject({ status: 307, headers: { location: other.url } })
    expect(other.messages).toEqual([])
  })

  test('that nobody answers in time, or that is ended, is an error', async () => {
    const receiver = await startHookReceiver()
    receiver.answer = () => undefined
    const slow = createPost(receiver.url, { isPrivateAllowed: true, timeoutMs: 300 })
    await expect(postOutside(slow)).rejects.toThrow('it did not answer within 0.3 s')
    const signal = AbortSignal.abort()
    await expect(postOutside(createPost(receiver.url, { isPrivateAllowed: true, signal }))).rejects.toThrow()
  })
})
