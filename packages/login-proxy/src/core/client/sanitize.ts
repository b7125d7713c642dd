/** Text from a client for a log line: control bytes and broken UTF-8 become `?`, long text ends in `...` (str_sanitize()). */
import { type ByteString, bytesFromText, textFromBytes } from '@homing/wire';

const PRINTABLE = /^[\x20-\x7f]*$/;

export const sanitize = (bytes: ByteString, maxBytes: number): ByteString => {
  if (bytes.length <= maxBytes && PRINTABLE.test(bytes)) return bytes;
  const text = textFromBytes(bytes.slice(0, maxBytes)).replace(/[\x00-\x1f\ufffd]/g, '?');
  if (bytes.length <= maxBytes) return bytesFromText(text);
  return `${bytesFromText(text).slice(0, maxBytes - 3)}...`;
};
