// The output of a contract as it is read piece by piece. Pure: who asks is the component.
import type { wire } from '../../api';

export interface LogView {
  readonly text: string;
  readonly next: number; // what to ask for
  readonly cut: boolean; // something between or before is not kept any more
  readonly over: boolean; // all was read, and no more comes
}

export const kTextMax = 1 << 20; // characters on the page: older ones leave
export const kEmpty: LogView = { text: '', next: 0, cut: false, over: false };

export function bytes_of(base64url: string): Uint8Array {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (one) => one.charCodeAt(0));
}

/** With a piece. One that does not begin where the last ended has a gap before it, or begins anew. */
export function with_piece(view: LogView, piece: wire.LogPiece, decoder: TextDecoder, first: boolean): LogView {
  const bytes = bytes_of(piece.bytes);
  const again = !first && piece.offset < view.next;
  const gap = first ? piece.offset > 0 : piece.offset > view.next;
  const next = piece.offset + bytes.length;
  const text = (again ? '' : view.text) + decoder.decode(bytes, { stream: true });
  return { text: text.slice(-kTextMax), next, cut: gap || (view.cut && !again) || text.length > kTextMax, over: piece.ended && next >= piece.size };
}
