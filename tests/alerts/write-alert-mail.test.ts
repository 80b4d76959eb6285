import { describe, expect, test } from 'vitest'
import { timeOfMail } from '../../alerts/time-of-mail.ts'
import { writeAlertMail } from '../../alerts/write-alert-mail.ts'
import { createAlertEvent, TIME } from './create-alert-event.ts'

const PLACE = {
  authorityName: 'Kerbstead',
  timeZone: 'Europe/Berlin',
  hookName: 'Duty officer',
  link: 'https://kerbside.example/',
}

describe('an e-mail', () => {
  test('of one alert says in its subject what is so, and in its text since when, in local time', () => {
    const event = createAlertEvent(9, { alert: { deviceName: 'Market 1', note: null } })
    expect(writeAlertMail([event], PLACE)).toEqual({
      subject: '[Kerbstead] Raised: The battery is at 9 %',
      text: [
        'WARNING: The battery is at 9 % (bin bin-9, Market 1)',
        '  raised 16 Feb 2026, 13:00:09',
        '',
        'See and acknowledge them: https://kerbside.example/',
        '',
        '-- ',
        'Sent by Kerbside, since Kerbstead has set up "Duty officer". Times are those of Europe/Berlin.',
        '',
      ].join('\n'),
    })
  })

  test('of many counts them, lists the critical ones first, each alert once, and 50 at most', () => {
    const events = Array.from({ length: 200 }, (_, index) => createAlertEvent(index + 1))
    const fire = { id: 'fire', severity: 'critical', summary: 'It burns', device: 'bin-x' } as const
    events.push(
      createAlertEvent(201, { alert: fire }),
      createAlertEvent(202, {
        type: 'acknowledged',
        alert: { ...fire, acknowledgedBy: 'Ann', note: 'sent\nBob' },
      }),
      createAlertEvent(203, {
        type: 'cleared',
        alert: { ...fire, acknowledgedBy: 'Ann', note: 'sent\nBob' },
      }),
    )
    const { subject, text } = writeAlertMail(events, { ...PLACE, link: undefined })
    expect(subject).toBe('[Kerbstead] 201 alerts: 201 raised, 1 cleared, 1 acknowledged')
    const [, first = '', second = ''] = text.split('\n\n')
    expect(first).toBe(
      [
        'CRITICAL: It burns (bin bin-x)',
        '  raised 16 Feb 2026, 13:03:21, acknowledged by Ann 16 Feb 2026, 13:03:22, cleared 16 Feb 2026, 13:03:23',
        '  note: sent Bob',
      ].join('\n'),
    )
    expect(second).toContain('bin-1)')
    expect(text.match(/^(WARNING|CRITICAL)/gm)).toHaveLength(50)
    expect(text).toContain('And 151 more.')
  })

  test('has a subject of one line that is not long, whatever a device is called', () => {
    const event = createAlertEvent(1, { alert: { summary: `x\r\nBcc: all@town.example${'y'.repeat(500)}` } })
    const { subject, text } = writeAlertMail([event], PLACE)
    expect(subject).toHaveLength(150)
    expect(subject).not.toMatch(/[\r\n]/)
    expect(text).not.toMatch(/^Bcc/m)
  })

  test('waits for what comes with it, and for five minutes after the one before, one for something critical', () => {
    const events = [createAlertEvent(3), createAlertEvent(4)]
    expect(timeOfMail(events, null)).toBe(TIME + 18_000)
    expect(timeOfMail(events, TIME - 3_600_000)).toBe(TIME + 18_000)
    expect(timeOfMail(events, TIME)).toBe(TIME + 300_000)
    const critical = [...events, createAlertEvent(5, { alert: { severity: 'critical' } })]
    expect(timeOfMail(critical, TIME)).toBe(TIME + 60_000)
    const over = createAlertEvent(5, { type: 'cleared', alert: { severity: 'critical' } })
    expect(timeOfMail([over], TIME)).toBe(TIME + 300_000)
  })
})
