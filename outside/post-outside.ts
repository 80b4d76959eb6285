import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { createOutsideLookup, refusePrivateHost } from './outside-lookup.ts'
import { type OutsideNames, systemNames } from './outside-names.ts'

export interface OutsidePost {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly isPrivateAllowed: boolean
  /** Of the answer's body, which is not kept; of a larger one the rest is not read. */
  readonly bytesMax: number
  /** For all of it; an answer that has begun by then counts. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly names?: OutsideNames | undefined
}

/**
 * Posts to an outside address that a user has configured, and tells the answer's status and headers. It goes where the address
 * says and nowhere else: a redirect is an answer like any other. Rejects where nothing answers in time, or the address leads to
 * a private network.
 */
export async function postOutside(
  post: OutsidePost,
): Promise<Pick<IncomingMessage, 'headers'> & { status: number }> {
  const url = new URL(post.url)
  const names = post.names ?? systemNames
  refusePrivateHost(url.hostname, post.isPrivateAllowed, names)
  const timeout = AbortSignal.timeout(post.timeoutMs)
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      method: 'POST',
      // No agent: a connection that is kept would be used again without its address being looked at.
      agent: false,
      lookup: createOutsideLookup(post.isPrivateAllowed, names),
      headers: { ...post.headers, 'content-length': post.body.length },
      signal: AbortSignal.any([post.signal, timeout]),
    }
    send(url, options, resolve)
      .on('error', (error) => {
        reject(timeout.aborted ? new Error(`it did not answer within ${post.timeoutMs / 1000} s`) : error)
      })
      .end(post.body)
  })
  await readAway(response, post.bytesMax)
  return { status: response.statusCode ?? 0, headers: response.headers }
}

/** So that who answers can end in peace; what goes wrong there changes nothing of the answer. */
async function readAway(response: IncomingMessage, bytesMax: number): Promise<void> {
  let length = 0
  try {
    for await (const chunk of response) {
      length += chunk.length
      if (length > bytesMax) break
    }
  } catch {
    // Cut off.
  }
}
