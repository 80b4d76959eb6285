import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { openDialog } from '../../parts/dialog.ts'
import { createQrCode } from '../../parts/qr-code.ts'
import { createStatus, type Status } from '../../parts/status.ts'
import type { Credentials, Device } from './device.ts'
import { type MqttAddress, topicOf, writePublishLine } from './publish-line.ts'
import { describeReading, followReadings } from './readings.ts'

/** What a device logs in with, which is shown this once, and how it publishes. Resolves when it is closed. */
export async function showCredentials(
  context: PageContext,
  {
    device,
    credentials,
    latestTime,
  }: {
    device: Device
    credentials: Credentials
    /** Of its latest reading before, in ms since 1970; undefined where it has none. */
    latestTime: number | undefined
  },
): Promise<void> {
  const { username, password } = credentials
  const copied = createStatus()
  const arrived = createStatus()
  const publishing = element('div', { class: 'credentials-publishing' })
  arrived.show('Waiting for a reading…')
  const dialog = openDialog(
    `Credentials of ${device.name ?? device.id}`,
    element('p', {}, 'The password is shown this once: keep it now, or give the device another one later.'),
    element(
      'dl',
      { class: 'credentials' },
      writeCopied('User name', username, copied),
      writeCopied('Password', password, copied),
    ),
    publishing,
    element(
      'div',
      { class: 'credentials-end' },
      copied.element,
      arrived.element,
      element(
        'button',
        { type: 'button', class: 'primary', onclick: () => dialog.close() },
        'I have kept it',
      ),
    ),
  )
  void showPublishing()
  let isFirst = true
  const end = followReadings(context, device, {
    latestTime,
    onReadings([newest]) {
      // What was there before is no answer to what is tried now.
      if (newest && !isFirst) arrived.show(`A reading has arrived: ${describeReading(device, newest)}.`)
      isFirst = false
    },
    onError: (error) => arrived.fail(error),
  })
  await dialog.closed
  end()

  /** The password is there already, and is not to be lost where this cannot be loaded. */
  async function showPublishing(): Promise<void> {
    const status = createStatus()
    publishing.replaceChildren(status.element)
    try {
      const mqtt = await context.api.get<MqttAddress>('mqtt')
      const topic = topicOf(mqtt, device)
      publishing.append(
        element(
          'dl',
          { class: 'credentials' },
          mqtt.url !== null && writeCopied('Broker', mqtt.url, copied),
          writeCopied('Topic', topic, copied),
          writeCopied('Try it in a shell', writePublishLine(mqtt, device, credentials), copied),
        ),
        adviceOn(mqtt),
        createQrCode(
          JSON.stringify({ url: mqtt.url, username, password, topic }),
          'QR code of the broker, the user name, the password and the topic, as JSON',
        ),
      )
    } catch (error) {
      status.fail(error, () => void showPublishing())
    }
  }
}

/** What has to be known of the line for the shell where it cannot be run as it is. */
function adviceOn({ url }: MqttAddress): HTMLElement | '' {
  if (url === null) {
    return writeHint(
      'Put the name of the broker’s machine for HOST: where devices reach it is not known here, as KERBSIDE_PUBLIC_MQTT is not set.',
    )
  }
  if (!url.startsWith('ws')) return ''
  return writeHint(
    'Devices reach this broker by WebSocket, which mosquitto_pub does not speak: the port in its line is the usual one of MQTT.',
  )
}

function writeHint(text: string): HTMLElement {
  return element('p', { class: 'hint' }, text)
}

/** A text with a button that copies it. */
function writeCopied(title: string, text: string, status: Status): HTMLElement[] {
  const shown = element('code', {}, text)
  return [
    element('dt', {}, title),
    element(
      'dd',
      {},
      shown,
      element(
        'button',
        { type: 'button', class: 'small', 'aria-label': `Copy: ${title}`, onclick: copy },
        'Copy',
      ),
    ),
  ]

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      status.show(`${title}: copied.`)
    } catch {
      // Browsers lend the clipboard only to pages that came by TLS or from the machine itself.
      getSelection()?.selectAllChildren(shown)
      status.show(`${title}: selected, copy it with the keyboard.`)
    }
  }
}
