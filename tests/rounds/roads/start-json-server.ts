import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface JsonAnswer {
  readonly status?: number
  readonly body: unknown
}

/** A server on a free port that answers each question as told; `undefined` breaks the connection off. */
export async function startJsonServer(
  answer: (path: string, body: unknown) => JsonAnswer | undefined,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const result = answer(request.url ?? '', text === '' ? undefined : JSON.parse(text))
    if (!result) {
      request.socket.destroy()
      return
    }
    response.writeHead(result.status ?? 200, { 'content-type': 'application/json' })
    response.end(typeof result.body === 'string' ? result.body : JSON.stringify(result.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
