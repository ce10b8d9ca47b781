#!/usr/bin/env bash
# Python's smtplib and swaks, unmodified, against the program's mail sink; what they send is fetched over the REST API. The other way
# round, what the program sends is taken by aiosmtpd.
#
#   tests/mail/run.sh [BINARY]   the program to test; target/debug/pocketkey when none is given
source "$(dirname "$0")/../../scripts/lib.sh"

# libnet-ssleay-perl is what swaks speaks TLS with.
need_apt python3 python3-aiosmtpd openssl swaks libnet-ssleay-perl
binary=${1:-$root/target/debug/pocketkey}
[ -x "$binary" ] || die "no $binary; run: cargo build --package pocketkey"
POCKETKEY_BINARY=$binary exec /usr/bin/python3 -m unittest discover --start-directory "$root/tests/mail" --pattern '*_test.py'
