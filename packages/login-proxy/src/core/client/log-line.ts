/**
 * `login_log_format` and its elements around a message (client_get_log_str()): elements whose variables are all empty
 * go, except those with %u or %n.
 *
 *     Disconnected: Inactivity (no auth attempts in 180 secs): user=<>, rip=127.0.0.1, lip=127.0.0.1, session=<...>
 */
import { type Expansion, parsedTemplate, type Template, type Variables } from '@homing/config';
import { digests } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { Env } from './event.ts';
import { clientVariables, emptyVariables, knownVariables } from './login-variables.ts';
import type { LoginSettings } from './settings.ts';
import type { ClientState } from './state.ts';

/** Elements that stay without a value. The long names do not count (have_username_key()). */
const KEEPS_EMPTY = /%[-\d]*(?:\.[-\d]*)?[LUERHNMDTX]*[un]/;
const keepsEmpty = (element: string): boolean => KEEPS_EMPTY.test(element.replaceAll('%%', ''));

export const formatLogLine = (state: ClientState, env: Env, message: ByteString): ByteString => {
  const format = formatOf(env);
  const variables = clientVariables(state, env);
  const elements: ByteString[] = [];
  for (const { template, empty } of format.elements) {
    const { text } = template(variables);
    if (text !== empty) elements.push(text);
  }
  return expandFormat(format.line, elements.join(', '), message, env.host).text;
};

type LogFormat = {
  readonly line: Template;
  /** `empty`: what an element without a value comes to, if it goes then. */
  readonly elements: readonly { readonly template: Template; readonly empty: ByteString | undefined }[];
};

/** Every login writes such lines, so a format is parsed once. What a host variable is does not change meanwhile. */
const formats = new WeakMap<FormatSettings, LogFormat>();

const formatOf = ({ settings, host }: Pick<Env, 'settings' | 'host'>): LogFormat => {
  const known = formats.get(settings);
  if (known !== undefined) return known;
  const nobody = emptyVariables(host);
  const elements = elementsOf(settings).map((element) => {
    const template = parsedTemplate(element, digests);
    return { template, empty: keepsEmpty(element) ? undefined : template(nobody).text };
  });
  const format = { line: parsedTemplate(settings.login_log_format, digests), elements };
  formats.set(settings, format);
  return format;
};

/** What Dovecot logs once about templates that name what does not exist. */
export const logFormatFailures = (settings: FormatSettings, host: Variables): string[] => {
  const failures: string[] = [];
  for (const element of elementsOf(settings)) {
    const { error } = parsedTemplate(element, digests)(knownVariables(host));
    if (error?.code !== 'unknown-variable') continue;
    failures.push(`Failed to expand log_format_elements=${element}: ${error.message}`);
    break;
  }
  const { error } = expandFormat(parsedTemplate(settings.login_log_format, digests), '', '', host);
  if (error !== undefined)
    failures.push(`Failed to expand login_log_format=${settings.login_log_format}: ${error.message}`);
  return failures;
};

type FormatSettings = Pick<LoginSettings, 'login_log_format' | 'login_log_format_elements'>;

const elementsOf = ({ login_log_format_elements: elements }: FormatSettings): string[] => elements.split(' ');

const expandFormat = (line: Template, elements: ByteString, message: ByteString, host: Variables): Expansion =>
  line((name) => (name === '%s' ? elements : name === '%$' ? message : host(name)));
