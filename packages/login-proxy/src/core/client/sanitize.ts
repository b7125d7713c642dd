/** Text from a client for a log line: control bytes and broken UTF-8 become `?`, long text ends in `...` (str_sanitize()). */
import { type ByteString, bytesFromText, textFromBytes } from '@homing/wire';

export const sanitize = (bytes: ByteString, maxBytes: number): ByteString => {
  const text = textFromBytes(bytes.slice(0, maxBytes)).replace(/[\x00-\x1f\ufffd]/g, '?');
  if (bytes.length <= maxBytes) return bytesFromText(text);
  return `${bytesFromText(text).slice(0, maxBytes - 3)}...`;
};
