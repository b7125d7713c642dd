/** passdb and userdb blocks (17.10), and the checks of auth. */
import { based, type ConfigCase } from './config-case.ts';

export const chain: readonly ConfigCase[] = [
  {
    name: 'three blocks in order (17.10)',
    conf: based(
      'passdb {\n driver = static\n}\npassdb mine {\n driver = pam\n}\npassdb {\n driver = sql\n args = /x\n master = yes\n}\nuserdb {\n driver = prefetch\n}\n',
    ),
    runs: [['-n'], ['-N'], ['-a'], ['passdb'], ['passdb/1/driver'], ['-h', 'passdb/1/driver']],
  },
  { name: 'same name twice', conf: based('passdb mine {\n driver = pam\n}\npassdb mine {\n}\n') },
  { name: 'no driver', conf: based('passdb {\n}\n') },
  { name: 'userdb without a driver', conf: based('userdb {\n args = x\n}\n') },
  { name: 'wrong result', conf: based('passdb {\n driver = pam\n result_success = foo\n}\n') },
  {
    name: 'default result set',
    conf: based('passdb {\n driver = pam\n result_success = return-ok\n}\n'),
    runs: [['-n'], ['-N']],
  },
  {
    name: 'pass with another result',
    conf: based('passdb {\n driver = pam\n pass = yes\n result_success = continue\n}\n'),
  },
  { name: 'more than ten', conf: based('passdb {\n driver = pam\n}\n'.repeat(12)) },
  { name: 'no workers', conf: based('auth_worker_max_count = 0\n') },
  { name: 'verbose passwords', conf: based('auth_verbose_passwords = sha1:6\n') },
  { name: 'verbose passwords, wrong', conf: based('auth_verbose_passwords = md5\n') },
  { name: 'verbose passwords, truncated to none', conf: based('auth_verbose_passwords = plain:0\n') },
  { name: 'policy without a nonce', conf: based('auth_policy_server_url = http://x/\n') },
  {
    name: 'policy with a strange hash',
    conf: based('auth_policy_server_url = http://x/\nauth_policy_hash_nonce = a\nauth_policy_hash_mech = foo\n'),
  },
  {
    name: 'policy truncates too little',
    conf: based('auth_policy_server_url = http://x/\nauth_policy_hash_nonce = a\nauth_policy_hash_truncate = 256\n'),
  },
];
