/** Payload of a `hosts` block: lines of `ip\ttag\tslot`, tab-escaped. */
import { type ByteString, type IpAddress, joinTabs, parseIpAddress, parseUint32, splitTabs } from '@homing/wire';
import { MAX_MAIL_HOSTS } from '../host/mail-host.ts';
import { MAX_PAYLOAD_BYTES } from './block.ts';

export type HostRow = { readonly ip: IpAddress; readonly tag: ByteString };

/** Which mail host users in a slot are on, until the slot gets another one. */
export type SlotRow = HostRow & { readonly slot: number };

export const encodeSlotRow = ({ ip, tag, slot }: SlotRow): ByteString => `${joinTabs([ip, tag, `${slot}`])}\n`;

/** As many lines in each as fit. */
export const payloadsOf = (lines: readonly ByteString[]): Uint8Array[] => {
  const payloads: Uint8Array[] = [];
  let text = '';
  for (const line of lines) {
    if (text !== '' && text.length + line.length > MAX_PAYLOAD_BYTES) {
      payloads.push(Buffer.from(text, 'latin1'));
      text = '';
    }
    text += line;
  }
  if (text !== '') payloads.push(Buffer.from(text, 'latin1'));
  return payloads;
};

/** Undefined if one is none. */
export const readSlotRows = (payload: Uint8Array): SlotRow[] | undefined => {
  const lines = Buffer.from(payload).toString('latin1').split('\n');
  if (lines.pop() !== '') return undefined;
  const rows: SlotRow[] = [];
  for (const line of lines) {
    const [ipText, tag, slotText] = splitTabs(line);
    const ip = parseIpAddress(ipText ?? '');
    const slot = parseUint32(slotText);
    if (ip === undefined || tag === undefined || slot === undefined || slot >= MAX_MAIL_HOSTS) return undefined;
    rows.push({ ip, tag, slot });
  }
  return rows;
};
