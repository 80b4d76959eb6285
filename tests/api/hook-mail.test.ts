import { describe, expect, test } from 'vitest'
import { openMailer } from '../../outside/open-mailer.ts'
import { parseMailServer } from '../../outside/parse-mail-server.ts'
import { startMailbox } from '../fixtures/start-mailbox.ts'
import { openHookTown } from './hook-town.ts'

const list = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}-${at + 1}`)

async function openMailTown() {
  const town = await openHookTown()
  const mailbox = await startMailbox()
  const mailer = openMailer(parseMailServer(`smtp://127.0.0.1:${mailbox.port}?from=alerts@town.example`))
  await town.createHook('ann', { email: 'ann@town.example' })
  const desk = town.openDesk({ mailer })
  return { town, mailbox, desk, pass }

  /** Lets the time pass as the desk looks: each second, and here each five. */
  async function pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 5) {
      town.clock.advance(5)
      await desk.look()
    }
  }
}

const subjectsOf = ({ mails }: { mails: readonly { text: string }[] }) =>
  mails.map(({ text }) => /^Subject: (.*(?:\r\n .*)*)\r$/m.exec(text)?.[1]?.replace(/\r\n /g, ' '))

describe('a hook with an e-mail address', () => {
  test('is written to once for a burst of 200, with all of them', async () => {
    const { town, mailbox, pass } = await openMailTown()
    for (const device of list('bin', 200)) await town.raise([device])
    await pass(10)
    expect(mailbox.mails).toEqual([])
    await pass(10)
    expect(subjectsOf(mailbox)).toEqual(['[Town of alpha] 200 alerts: 200 raised'])
    expect(mailbox.mails[0]?.to).toEqual(['ann@town.example'])
    expect(mailbox.mails[0]?.text).toContain('https://kerbside.example/#/alpha/town')
    await pass(600)
    expect(mailbox.mails).toHaveLength(1)
    const deliveries = await town.deliveries('ann')
    expect(deliveries).toHaveLength(200)
    expect(new Set(deliveries.map(({ messageId }) => messageId)).size).toBe(1)
    expect(mailbox.mails[0]?.text).toContain(`<${deliveries[0]?.messageId}>`)
    expect(new Set(deliveries.map(({ status }) => status))).toEqual(new Set(['delivered']))
  })

  test('hears no sooner than after five minutes of what comes next, and after one where it is critical', async () => {
    const { town, mailbox, pass } = await openMailTown()
    await town.raise(['a'])
    await pass(20)
    await town.raise(['b'])
    await pass(200)
    expect(mailbox.mails).toHaveLength(1)
    await town.raise(['c'], { condition: 'fire', severity: 'critical' })
    await pass(5)
    // The minute since the one before is over: they come together.
    expect(subjectsOf(mailbox)).toEqual([
      '[Town of alpha] Raised: tilt of a',
      '[Town of alpha] 2 alerts: 2 raised',
    ])
  })

  test('that is refused is tried again until it is taken, and one that wants something else is not written to', async () => {
    const { town, mailbox, pass } = await openMailTown()
    await town.createHook('fires', { email: 'fires@town.example', conditions: ['fire'] })
    mailbox.isRefusing = true
    await town.raise(['a'])
    await pass(60)
    await town.raise(['b'])
    expect(await town.deliveries('ann')).toMatchObject([
      { status: 'waiting', problem: expect.stringContaining('not now') },
    ])
    mailbox.isRefusing = false
    await pass(600)
    expect(subjectsOf(mailbox)).toEqual(['[Town of alpha] 2 alerts: 2 raised'])
    expect((await town.deliveries('ann')).map(({ status }) => status)).toEqual(['delivered', 'delivered'])
    expect(await town.deliveries('fires')).toEqual([])
  })
})

test('of an e-mail that is given up, what came within its day of tries is sent with the next one', async () => {
  const { town, mailbox, pass } = await openMailTown()
  mailbox.isRefusing = true
  await town.raise(['a', 'b'])
  await pass(20)
  town.clock.advance(24 * 3_600)
  await town.raise(['c'])
  await pass(5)
  town.clock.advance(3_600)
  await pass(5)
  expect(await town.deliveries('ann')).toMatchObject([
    { status: 'given-up', note: expect.stringContaining('not now') },
    { status: 'given-up' },
    { status: 'waiting', note: null },
  ])
  mailbox.isRefusing = false
  await pass(600)
  expect(subjectsOf(mailbox)).toEqual(['[Town of alpha] Raised: tilt of c'])
})

test('without a mail server by now, the hook says so', async () => {
  const town = await openHookTown()
  await town.createHook('ann', { email: 'ann@town.example' })
  await town.raise(['a'])
  town.clock.advance(20)
  await town.openDesk().look()
  expect((await town.getHook('ann')).progress.problem).toContain('KERBSIDE_SMTP')
})
