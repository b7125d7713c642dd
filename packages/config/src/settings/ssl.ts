/** TLS. Sources: src/lib-master/master-service-ssl-settings.c, master-service-ssl-server-settings.c. */
import { bool, oneOf, str } from '../types/define.ts';

export const sslSettings = {
  ssl: oneOf('yes', 'no', 'required'),
  ssl_alt_cert: str(''),
  ssl_alt_key: str(''),
  ssl_ca: str(''),
  ssl_cert: str(''),
  ssl_cert_username_field: str('commonName'),
  ssl_cipher_list: str('ALL:!kRSA:!SRP:!kDHd:!DSS:!aNULL:!eNULL:!EXPORT:!DES:!3DES:!MD5:!PSK:!RC4:!ADH:!LOW@STRENGTH'),
  ssl_cipher_suites: str(''),
  ssl_client_ca_dir: str(''),
  ssl_client_ca_file: str(''),
  ssl_client_cert: str(''),
  ssl_client_key: str(''),
  ssl_client_require_valid_cert: bool('yes'),
  ssl_crypto_device: str(''),
  ssl_curve_list: str(''),
  ssl_dh: str(''),
  ssl_key: str(''),
  ssl_key_password: str(''),
  ssl_min_protocol: str('TLSv1.2'),
  ssl_options: str(''),
  ssl_prefer_server_ciphers: bool('no'),
  ssl_require_crl: bool('yes'),
  ssl_verify_client_cert: bool('no'),
  verbose_ssl: bool('no'),
} as const;
