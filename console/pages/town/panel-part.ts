/** A part of a panel that asks for more by itself. */
export interface PanelPart {
  readonly element: HTMLElement
  close(): void
}
