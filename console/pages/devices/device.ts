export const KINDS = ['bin', 'traffic', 'display', 'vehicle'] as const
export type Kind = (typeof KINDS)[number]

/** As `GET …/devices/{device}` has it. */
export interface Device {
  readonly id: string
  readonly kind: Kind
  readonly name: string | null
  readonly longitude: number | null
  readonly latitude: number | null
  readonly uprn: string | null
  readonly usrn: string | null
  readonly stopIds: readonly string[]
  readonly settings: Readonly<Record<string, unknown>>
}

export interface Credentials {
  readonly username: string
  readonly password: string
}
