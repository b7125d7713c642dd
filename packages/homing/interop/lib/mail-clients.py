"""Logs users in with Python's imaplib or poplib over TLS; prints one line for each failure, and the count.

    mail-clients.py imaps|imap-starttls|pop3s|pop3-stls HOST PORT CA PASSWORD PARALLEL < users
"""
import imaplib
import poplib
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor

how, host, port, ca, password, parallel = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
TIMEOUT = 60


def login(user):
    if how.startswith("imap"):
        if how == "imaps":
            client = imaplib.IMAP4_SSL(host, int(port), ssl_context=context, timeout=TIMEOUT)
        else:
            client = imaplib.IMAP4(host, int(port), timeout=TIMEOUT)
            client.starttls(context)
        client.login(user, password)
        client.logout()
    else:
        if how == "pop3s":
            client = poplib.POP3_SSL(host, int(port), context=context, timeout=TIMEOUT)
        else:
            client = poplib.POP3(host, int(port), timeout=TIMEOUT)
            client.stls(context)
        client.user(user)
        client.pass_(password)
        client.quit()


def attempt(user):
    try:
        login(user)
        return None
    except Exception as error:
        return f"{user}: {error!r}"


users = sys.stdin.read().split()
with ThreadPoolExecutor(int(parallel)) as pool:
    failures = [failure for failure in pool.map(attempt, users) if failure]
print("\n".join(failures + [f"{len(users) - len(failures)} logged in"]))
