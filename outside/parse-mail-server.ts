import { z } from 'zod'
import type { MailServer } from './open-mailer.ts'

const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }
const EXPECTED =
  '"smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS" is expected, or smtps:// for TLS from the first byte'

/** A mail server as KERBSIDE_SMTP names it. Throws an Error that says what is allowed. */
export function parseMailServer(value: string): MailServer {
  const url = URL.parse(value)
  const port = PORTS[url?.protocol ?? '']
  if (!url || port === undefined || url.hostname === '' || !['', '/'].includes(url.pathname)) {
    throw new Error(EXPECTED)
  }
  for (const name of url.searchParams.keys()) {
    if (name !== 'from') throw new Error(`${name} is no parameter of it; ${EXPECTED}`)
  }
  const from = z.email().safeParse(url.searchParams.get('from'))
  if (!from.success) throw new Error(`the sender's e-mail address is needed; ${EXPECTED}`)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? port : Number(url.port),
    isTls: url.protocol === 'smtps:',
    user: decode(url.username) || undefined,
    password: decode(url.password) || undefined,
    from: from.data,
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('of the user and the password, a % has to be written as %25')
  }
}
