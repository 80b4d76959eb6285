import { describe, expect, test } from 'vitest'
import { type Mail, openMailer } from '../../outside/open-mailer.ts'
import { parseMailServer } from '../../outside/parse-mail-server.ts'
import { startMailbox } from '../fixtures/start-mailbox.ts'

const MAIL: Mail = {
  to: 'duty@town.example',
  subject: 'Raised: “Töpfergasse” burns',
  text: 'Es brennt.\n.\nWirklich.\n',
  messageId: 'evt_1.1@kerbside',
  time: Date.parse('2026-02-16T12:00:00Z'),
}

describe('e-mail', () => {
  test('is handed over with who sends it, its id and its time, to a server that wants a login too', async () => {
    const mailbox = await startMailbox({ user: 'kerb side', password: 'p@ss/word%' })
    const address = `smtp://kerb%20side:p%40ss%2Fword%25@127.0.0.1:${mailbox.port}?from=alerts%40town.example`
    await openMailer(parseMailServer(address)).send(MAIL)
    const [mail = expect.fail('nothing came')] = mailbox.mails
    expect(mail).toMatchObject({ from: 'alerts@town.example', to: ['duty@town.example'], user: 'kerb side' })
    expect(mail.text).toMatch(/^From: Kerbside <alerts@town\.example>\r$/m)
    expect(mail.text).toMatch(/^Message-ID: <evt_1\.1@kerbside>\r$/m)
    expect(mail.text).toMatch(/^Date: Mon, 16 Feb 2026 12:00:00 \+0000\r$/m)
    expect(mail.text).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    const wrong = parseMailServer(`smtp://me:no@127.0.0.1:${mailbox.port}?from=alerts@town.example`)
    await expect(openMailer(wrong).send(MAIL)).rejects.toThrow('not you')
  })

  test('that is refused, and a server that is not there, are errors', async () => {
    const mailbox = await startMailbox()
    mailbox.isRefusing = true
    const mailer = openMailer(parseMailServer(`smtp://127.0.0.1:${mailbox.port}?from=a@town.example`))
    await expect(mailer.send(MAIL)).rejects.toThrow('not now')
    const nobody = openMailer(parseMailServer('smtp://127.0.0.1:1?from=a@town.example'))
    await expect(nobody.send(MAIL)).rejects.toThrow('ECONNREFUSED')
    expect(mailbox.mails).toEqual([])
  })

  test('a server is named by an address', () => {
    expect(parseMailServer('smtp://mail.example?from=a@town.example')).toEqual({
      host: 'mail.example',
      port: 587,
      isTls: false,
      user: undefined,
      password: undefined,
      from: 'a@town.example',
    })
    expect(parseMailServer('smtps://u@[::1]?from=a@town.example')).toMatchObject({
      host: '::1',
      port: 465,
      isTls: true,
      user: 'u',
    })
    for (const [value, message] of [
      ['mail.example', 'is expected'],
      ['http://mail.example', 'is expected'],
      ['smtp://mail.example/inbox?from=a@town.example', 'is expected'],
      ['smtp://mail.example', "sender's e-mail address is needed"],
      ['smtp://mail.example?from=nobody', "sender's e-mail address is needed"],
      ['smtp://mail.example?from=a@town.example&tls=no', 'tls is no parameter'],
      ['smtp://u:50%@mail.example?from=a@town.example', '%25'],
    ] as const) {
      expect(() => parseMailServer(value), value).toThrow(message)
    }
  })
})
