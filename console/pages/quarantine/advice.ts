/** What mends a reading that was refused for a reason of `model/rejection.ts`. */
export function adviceOn(reason: string): string {
  return ADVICE[reason] ?? 'Correct the payload below, or mend the device and try it again.'
}

const DEVICE_SENDS =
  'Only the device’s own firmware or its gateway mends this for good; this one can be corrected below.'

const ADVICE: Readonly<Record<string, string>> = {
  not_json: DEVICE_SENDS,
  wrong_type: DEVICE_SENDS,
  missing_field: DEVICE_SENDS,
  out_of_range: 'Look whether the sensor is faulty. If the value is plainly a slip, correct it below.',
  too_large: 'Only its beginning was kept: have the device send less at a time, and discard this one.',
  too_deep: DEVICE_SENDS,
  too_many_readings: 'Have the device send fewer readings in one message, and discard this one.',
  empty: 'There is nothing in it: discard it.',
  wrong_device:
    'It names another device than the one that sent it. Look whether two devices got each other’s credentials.',
  wrong_kind:
    'The topic names another kind than the device is registered as: register it anew, or mend its topic.',
  unknown_device:
    'Register the device under this id, or adopt it among the found devices where this is a DevEUI; then try it again.',
  unknown_topic: 'Nothing is known to read this topic: mend the device’s topic, or discard this one.',
  not_calibrated: 'Give the bin its empty and its full distance, then try it again.',
  no_echo:
    'The sensor heard no echo: look whether it is dirty or covered. There is no level in it to be stored.',
  clock_wrong:
    'The device’s clock was ahead, or not set. Mend its clock; correct or remove the time below to store this one.',
  too_old: 'It is older than this installation keeps (KERBSIDE_OLDEST_DAYS): discard it.',
  simulated: 'Somebody tried the network: nothing was measured, so discard it.',
  not_uplink: 'The network sent something else than an uplink: look at what its integration is told to send.',
  not_decoded:
    'Give the network the payload formatter of this device: this uplink stays undecoded, later ones come in.',
  unknown_port: 'The device’s mapping does not read this port: add a rule for it, or discard this one.',
  no_mapping: 'Give the device the mapping that its payload is read by, then try it again.',
  first_sum: 'What a counter grew by is known from its second uplink on: discard this one.',
  out_of_order: 'A later sum has been counted already, and this one is part of it: discard it.',
  not_cbor: DEVICE_SENDS,
  not_senml: DEVICE_SENDS,
  refused_by_store: 'The store would not take it; the sentence above says why.',
  decoder_failed: 'This is a fault of Kerbside itself: report it, and try again after the next update.',
}

/** `not_calibrated` as people read it. */
export function nameReason(reason: string): string {
  const words = reason.replaceAll('_', ' ')
  return words === 'not json' ? 'Not JSON' : words.charAt(0).toUpperCase() + words.slice(1)
}
