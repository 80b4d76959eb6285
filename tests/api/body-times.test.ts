import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createTestApp } from '../fixtures/create-test-app.ts'

/** Sends the head of a request and half of its body, and resolves with what comes back when the connection has ended. */
async function sendHalf(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`${head}\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"half":`)
  return text(socket)
}

test('a body that does not arrive in its time ends the request', async () => {
  const app = await createTestApp({ limits: { requestTimeoutSeconds: 1 } })
  await app.createAuthority({ id: 'alpha' })
  const key = await app.createKey('alpha', 'admin')
  await app.app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const head = 'POST /v1/authorities/alpha/devices HTTP/1.1\r\nContent-Type: application/json'
  const late = await sendHalf(port, `${head}\r\nAuthorization: Bearer ${key}`)
  expect(late).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/)
  // Who has no key has the answer already, and the connection is not kept open for the rest.
  const refused = await sendHalf(port, head)
  expect(refused).toMatch(/^HTTP\/1.1 401 Unauthorized\r\n/)
  expect(refused).not.toContain('408')
})
