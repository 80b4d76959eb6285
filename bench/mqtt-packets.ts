/** MQTT 3.1.1's CONNECT with a clean session and no keep-alive; an empty username is left out, with its password. */
export function encodeConnect(options: { clientId: string; username: string; password: string }): Buffer {
  const { clientId, username, password } = options
  const flags = username === '' ? 0x02 : 0xc2
  const fields = username === '' ? [clientId] : [clientId, username, password]
  const body = Buffer.concat([
    encodeString('MQTT'),
    Buffer.from([4, flags, 0, 0]),
    ...fields.map((field) => encodeString(field)),
  ])
  return Buffer.concat([Buffer.from([0x10, ...encodeLength(body.length)]), body])
}

export function encodeString(text: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(text))
  return Buffer.concat([length, Buffer.from(text)])
}

/** A remaining length, MQTT 3.1.1, 2.2.3. */
export function encodeLength(length: number): number[] {
  const bytes: number[] = []
  for (let rest = length; ; rest >>= 7) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}
