import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fetchOutside } from '../../outside/fetch-outside.ts'
import { isPrivateAddress } from '../../outside/is-private-address.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const options = { isPrivateAllowed: true, bytesMax: 1_000, timeoutMs: 5_000 }

describe('an outside address', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'no address',
  ])('%s is private', (address) => {
    expect(isPrivateAddress(address)).toBe(true)
  })
  test.each(['8.8.8.8', '172.32.0.1', '2a00:1450:4001::1', '::ffff:8.8.8.8'])('%s is not', (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  })

  test('within a private network is refused, in numbers, by its name, and behind a redirect', async () => {
    const url = await serve((_, response) => response.end('secret'))
    const refused = { ...options, isPrivateAllowed: false }
    const { port } = new URL(url)
    for (const host of [
      '127.0.0.1',
      'localhost',
      '0x7f000001',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
    ]) {
      await expect(fetchOutside({ ...refused, url: `http://${host}:${port}/` }), host).rejects.toThrow(
        'private',
      )
    }
  })

  test('answers with its body, unpacked, and follows redirects, telling secrets to its own origin alone', async () => {
    const told: (string | undefined)[] = []
    const other = await serve((request, response) => {
      told.push(request.headers['x-key'] as string | undefined)
      response.setHeader('content-encoding', 'gzip').end(gzipSync('hello'))
    })
    const url = await serve((request, response) => {
      told.push(request.headers['x-key'] as string | undefined)
      response.writeHead(302, { location: request.url === '/' ? '/again' : other }).end()
    })
    const answer = await fetchOutside({ ...options, url, secretHeaders: { 'x-key': 'k' } })
    expect([answer.status, Buffer.from(answer.bytes).toString()]).toEqual([200, 'hello'])
    expect(told).toEqual(['k', 'k', undefined])
  })

  test('that answers too much, packed or not, too late, in a circle or with another protocol is an error', async () => {
    const big = await serve((_, response) => response.end('x'.repeat(2_000)))
    await expect(fetchOutside({ ...options, url: big })).rejects.toThrow('more than 1000 bytes')
    const bomb = await serve((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(5_000_000))),
    )
    await expect(fetchOutside({ ...options, url: bomb })).rejects.toThrow('more than 1000 bytes')
    const slow = await serve((_, response) => void response.write('x'))
    await expect(fetchOutside({ ...options, url: slow, timeoutMs: 200 })).rejects.toThrow()
    const circle = await serve((_, response) => void response.writeHead(302, { location: '/' }).end())
    await expect(fetchOutside({ ...options, url: circle })).rejects.toThrow('redirects more than 3 times')
    const file = await serve(
      (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    )
    await expect(fetchOutside({ ...options, url: file })).rejects.toThrow('redirects to file:')
  })
})
