/**
 * A query of the configuration, made ready once. Quoted text that holds variables, `'%u'`, becomes a bound parameter, so
 * no user name is ever part of the SQL text (CVE-2026-40018) and the statement can be prepared once. Variables outside
 * of quotes cannot be bound (they may stand for a table's name); they are inserted with `'` doubled, as Dovecot does.
 */
import type { ByteString } from '@homing/wire';
import type { Variables } from '../passdb/passdb.ts';
import { hasVariables } from '../passwd-file/passwd-path.ts';
import { compileTemplate, type Template } from '../template.ts';

export type BoundQuery = { readonly sql: ByteString; readonly parameters: readonly ByteString[] };

/** Throws TemplateError. */
export type SqlQuery = (variables: Variables) => BoundQuery;

const doubleQuotes = (value: ByteString): ByteString => value.replaceAll("'", "''");

/** A literal after a letter (`x'..'`) or inside an identifier is no plain text, so it is left to be escaped. */
const LITERAL = /(?<![A-Za-z0-9_$])'((?:[^']|'')*)'/g;

export const compileQuery = (text: ByteString): SqlQuery => {
  const literals: Template[] = [];
  const withMarks = text.replace(LITERAL, (whole, inner: string) => {
    if (!hasVariables(inner)) return whole;
    literals.push(compileTemplate(inner.replaceAll("''", "'")));
    return '?';
  });
  const sql = compileTemplate(withMarks);
  return (variables) => ({
    sql: sql(variables, doubleQuotes),
    parameters: literals.map((literal) => literal(variables)),
  });
};

/** True if a variable stands outside of quotes, where no escaping can make every value harmless. */
export const hasBareVariables = (text: ByteString): boolean => hasVariables(text.replace(LITERAL, ''));
