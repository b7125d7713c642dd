/** One statement takes effect (config_parser_apply_line(), 2.3). Faults are `ValueError`s without file and line. */
import { isBlockKind } from '../filter/block.ts';
import { escapeName } from '../language/quote.ts';
import type { Statement, ValueText } from '../language/statement.ts';
import { assign, open } from '../layer/place.ts';
import { warning } from '../note.ts';
import { authSettings } from '../settings/auth.ts';
import { ValueError } from '../types/setting.ts';
import { filterFrame } from './filter-block.ts';
import { include } from './include.ts';
import { beginsAt, type Frame, type Loading, positionOf } from './loading.ts';
import { valueText } from './value.ts';

/** What src/auth/auth-settings.c reads, beside `auth_*`. */
const alsoAuth = new Set([
  'base_dir',
  'first_valid_gid',
  'first_valid_uid',
  'last_valid_gid',
  'last_valid_uid',
  'passdb',
  'ssl_client_ca_dir',
  'ssl_client_ca_file',
  'userdb',
  'verbose_proctitle',
]);

const isAuth = (name: string): boolean => Object.hasOwn(authSettings, name) || alsoAuth.has(name);

/** `service { unix_listener { bogus`: the blocks around without their arguments, then the key. */
const unknown = (frame: Frame, key: string): ValueError => {
  let path = key;
  for (let outer: Frame | undefined = frame; outer !== undefined; outer = outer.outer) {
    if (!outer.isFilter && outer.keyword !== undefined) path = `${outer.keyword} { ${path}`;
  }
  return new ValueError(`Unknown setting: ${path}`);
};

/** After something was found by this name: rules and notes that hold for the whole of it. */
const noteUse = (loading: Loading, fullPath: string, key: string): void => {
  const [top = ''] = fullPath.split('/');
  const { block } = loading.frame.layer;
  const isPerAddress = block.localName !== undefined || (block.local?.bits ?? 0) > 0 || (block.remote?.bits ?? 0) > 0;
  if (isPerAddress && isAuth(top)) {
    throw new ValueError(`Auth settings not supported inside local/remote blocks: ${key}`);
  }
  for (const name of new Set([top, fullPath])) {
    if (!loading.used.has(name)) loading.used.set(name, beginsAt(loading.input));
  }
};

const noteOrder = (loading: Loading, fullPath: string, key: string): void => {
  const { frame, input, seen } = loading;
  const first = seen.get(fullPath);
  if (frame.outer !== undefined) {
    if (first === undefined) seen.set(fullPath, `${input.path} line ${input.line}`);
  } else if (first !== undefined) {
    loading.notes.push(
      warning(
        `${input.path} line ${input.line}: Global setting ${key} won't change the setting inside an earlier filter ` +
          `at ${first} (if this is intentional, avoid this warning by moving the global setting before ${first})`,
      ),
    );
  }
};

/** Sets a value whose text is final, by a path from `frame`'s layer: what converters of obsolete settings use. */
export const setPath = (loading: Loading, path: string, text: string, key = path): void => {
  if (path === '') throw new ValueError("Missing key name ('=' at the beginning of line)");
  const { root } = loading.frame.layer;
  if (!assign({ in: 'section', section: root }, path, text)) throw unknown(loading.frame, key);
  noteUse(loading, path, key);
};

export const applySet = (loading: Loading, key: string, value: ValueText): void => {
  const { frame } = loading;
  const fullPath = frame.path + key;
  noteOrder(loading, fullPath, key);
  const text = valueText(loading, key, value);
  if (fullPath === '') throw new ValueError("Missing key name ('=' at the beginning of line)");
  if (!assign(frame.place, key, text)) throw unknown(frame, key);
  noteUse(loading, fullPath, key);
};

export const applyBegin = (loading: Loading, name: string, arg: string): void => {
  const { frame, input } = loading;
  if (isBlockKind(name)) {
    loading.frame = filterFrame(loading, name, arg);
    return;
  }
  const counter = arg === '' ? loading.counter++ : loading.counter;
  const begins = positionOf(input);
  const inner = {
    keyword: name,
    isFilter: false,
    layer: frame.layer,
    path: `${frame.path}${name}/${arg === '' ? counter : escapeName(arg)}/`,
    opened: { path: input.path, line: input.line },
    outer: frame,
  };
  const place = open(frame.place, frame.path, { name, arg, counter, begins });
  if (place === undefined) throw unknown({ ...inner, place: { in: 'nowhere' } }, name);
  // An empty `plugin { }` asks for nothing.
  if (place.in !== 'free') noteUse(loading, frame.path + name, name);
  loading.frame = { ...inner, place };
};

export const applyEnd = (loading: Loading): void => {
  if (loading.frame.outer === undefined) throw new ValueError("Unexpected '}'");
  loading.frame = loading.frame.outer;
};

/** @throws ValueError */
export const applyStatement = (loading: Loading, statement: Statement): void => {
  switch (statement.is) {
    case 'nothing':
    case 'unfinished':
      return;
    case 'set':
      applySet(loading, statement.key, statement.value);
      return;
    case 'begin':
      applyBegin(loading, statement.name, statement.arg);
      return;
    case 'end':
      applyEnd(loading);
      return;
    case 'include':
      include(loading, statement.pattern, statement.optional);
      return;
    case 'wrong':
      throw new ValueError(statement.text);
    default:
      statement satisfies never;
  }
};
