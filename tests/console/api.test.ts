import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readAddress, writeAddress } from '../../console/address.ts'
import { createApi, pathOf, type ServerEvent } from '../../console/api.ts'
import { ApiError } from '../../console/api-error.ts'
import { writeSpan, writeTime } from '../../console/write-time.ts'
import { eventually } from '../fixtures/eventually.ts'

const KEY = 'a-key'

/** Answers with whatever the test makes of each request; ends with the test. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`
}

describe('asking the API', () => {
  test('a refusal says what is wrong and what to do', async () => {
    let isToldOff = false
    const base = await serve((request, response) => {
      const status = Number(request.url?.split('/').at(-1))
      response.writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': '7' })
      response.end(JSON.stringify({ code: 'A_CODE', detail: 'It is so', errors: undefined }))
    })
    const onUnauthorized = (): void => {
      isToldOff = true
    }
    const api = createApi({ base, key: KEY, onUnauthorized })
    const refuse = (path: string): Promise<ApiError> =>
      api.get(path).then(
        () => expect.fail(),
        (error) => error,
      )
    expect(await refuse('403')).toMatchObject({ status: 403, code: 'A_CODE' })
    expect((await refuse('403')).message).toBe('It is so. Sign in with a key that allows more.')
    expect((await refuse('429')).message).toBe('It is so. Too much was asked; wait 7 s.')
    expect((await refuse('409')).message).toBe('It is so.')
    expect(isToldOff).toBe(false)
    expect((await refuse('401')).message).toBe('It is so. Sign in with a key that is valid.')
    expect(isToldOff).toBe(true)
  })

  test('faults of the input are named one by one', async () => {
    const base = await serve((_, response) => {
      const errors = [
        { path: 'name', message: 'must not be empty' },
        { path: '', message: 'must have an id' },
      ]
      response.writeHead(400).end(JSON.stringify({ code: 'INVALID_REQUEST', detail: 'Wrong', errors }))
    })
    const error = await createApi({ base, key: undefined })
      .send('POST', 'devices', {})
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ApiError)
    expect((error as ApiError).message).toBe('name must not be empty; must have an id.')
  })

  test('where nobody answers, that is said', async () => {
    const error = await createApi({ base: 'http://127.0.0.1:1/v1/', key: undefined })
      .get('bins')
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ status: 0, code: 'UNREACHABLE' })
    expect((error as ApiError).message).toContain('cannot be reached')
  })

  test('all pages of a list are asked for, the key in the header alone', async () => {
    const asked: string[] = []
    const base = await serve((request, response) => {
      asked.push(request.url ?? '')
      expect(request.headers.authorization).toBe(`Bearer ${KEY}`)
      const isLast = request.url?.includes('after=') ?? false
      response.end(JSON.stringify({ items: [asked.length], next: isLast ? null : 'a b' }))
    })
    expect(await createApi({ base, key: KEY }).listAll('devices?kind=bin')).toEqual([1, 2])
    expect(asked).toEqual(['/v1/devices?kind=bin', '/v1/devices?kind=bin&after=a%20b'])
    expect(asked.join()).not.toContain(KEY)
  })

  test('what has not changed is not read again', async () => {
    const base = await serve((request, response) => {
      if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end()
      else response.writeHead(200, { etag: '"one"' }).end('{"is":1}')
    })
    const api = createApi({ base, key: undefined })
    expect(await api.getIfChanged('bins', null)).toEqual({ value: { is: 1 }, etag: '"one"' })
    expect(await api.getIfChanged('bins', '"one"')).toBeUndefined()
  })
})

describe('following server-sent events', () => {
  test('goes on after the last event where the connection ends, and ends when it is closed', async () => {
    const lastIds: (string | undefined)[] = []
    const base = await serve((request, response) => {
      lastIds.push(request.headers['last-event-id']?.toString())
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      // In pieces, with a comment between, as a proxy may pass it on.
      response.write(`: \n\nid: ${lastIds.length}\nevent: raised\nda`)
      response.write(`ta: {"count":${lastIds.length}}\n\n`)
      response.end()
    })
    const events: ServerEvent[] = []
    const connections: boolean[] = []
    const following = createApi({ base, key: KEY }).follow('alerts/events', {
      onEvent: (event) => events.push(event),
      onConnected: (isConnected) => connections.push(isConnected),
    })
    onTestFinished(() => following.close())
    await eventually(() => events.length).toBeGreaterThanOrEqual(2)
    following.close()
    expect(events.slice(0, 2)).toEqual([
      { id: '1', event: 'raised', data: { count: 1 } },
      { id: '2', event: 'raised', data: { count: 2 } },
    ])
    expect(lastIds.slice(0, 2)).toEqual([undefined, '1'])
    expect(connections.slice(0, 3)).toEqual([true, false, true])
  })

  test('is given up where it is refused for good, which is told', async () => {
    let count = 0
    const base = await serve((_, response) => {
      count += 1
      response.writeHead(403).end(JSON.stringify({ detail: 'No' }))
    })
    const refusal = await new Promise<ApiError>((resolve) => {
      createApi({ base, key: KEY }).follow('alerts/events', { onEvent: () => undefined, onRefused: resolve })
    })
    expect([refusal.status, count]).toEqual([403, 1])
  })
})

test('what varies in a path cannot lead elsewhere', () => {
  expect(pathOf`devices/${'../a b'}/readings?from=${5}`).toBe('devices/..%2Fa%20b/readings?from=5')
})

test('an address is read as it was written, whatever somebody typed', () => {
  expect(writeAddress('demo', 'devices', 'a/b')).toBe('#/demo/devices/a%2Fb')
  expect(readAddress('#/demo/devices/a%2Fb')).toEqual({ authority: 'demo', page: 'devices', steps: ['a/b'] })
  expect(readAddress('')).toEqual({ authority: undefined, page: undefined, steps: [] })
  expect(readAddress('#/%E0%A4%A')).toEqual({ authority: '%E0%A4%A', page: undefined, steps: [] })
})

test('times are told on the authority’s clock, with their day where it is another', () => {
  const now = Date.parse('2026-02-16T23:30:00Z')
  expect(writeTime('2026-02-16T22:05:00Z', 'Europe/London', now)).toBe('22:05')
  expect(writeTime('2026-02-16T22:05:00Z', 'Europe/Helsinki', now)).toBe('00:05')
  expect(writeTime('2026-02-15T22:05:00Z', 'Europe/London', now)).toBe('Sun 15 Feb, 22:05')
  expect([40, 720, 3 * 3600, 5 * 86_400].map(writeSpan)).toEqual(['40 s', '12 min', '3 h', '5 days'])
})
