export type { DigestName, Digests } from './digest.ts';
export type { Escape, Expansion, Template, Variables } from './expand.ts';
export { parsedTemplate, strictTemplate } from './expand.ts';
export { md4 } from './md4.ts';
export type { TemplateErrorCode } from './template-error.ts';
export { TEMPLATE_ERROR_CODES, TemplateError } from './template-error.ts';
export type { UserHash, UserHashOptions } from './user-hash.ts';
export { createUserHash } from './user-hash.ts';
export { wildcardMatch } from './wildcard.ts';
