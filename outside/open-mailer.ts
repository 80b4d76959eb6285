import { createTransport } from 'nodemailer'

/** Where e-mail is handed over, of KERBSIDE_SMTP. */
export interface MailServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  readonly isTls: boolean
  readonly user: string | undefined
  readonly password: string | undefined
  readonly from: string
}

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** Without angle brackets: the same for each try, by which a mail that comes twice can be told. */
  readonly messageId: string
  /** ms since 1970 */
  readonly time: number
}

export interface Mailer {
  /** Resolves when the server has taken it over; rejects where it does not, or not in time. */
  send(mail: Mail): Promise<void>
}

const CONNECT_MS = 10_000
const IDLE_MS = 20_000

export function openMailer({ host, port, isTls, user, password, from }: MailServer): Mailer {
  const transport = createTransport({
    host,
    port,
    secure: isTls,
    // A password is told in the clear to nobody but this machine itself.
    requireTLS: user !== undefined && !isTls && !isLoopback(host),
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: IDLE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ to, subject, text, messageId, time }) {
      await transport.sendMail({
        from: { name: 'Kerbside', address: from },
        to,
        subject,
        text,
        messageId: `<${messageId}>`,
        date: new Date(time),
        // RFC 3834: no out-of-office is to answer.
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    },
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
