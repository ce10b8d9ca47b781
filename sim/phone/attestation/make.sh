#!/usr/bin/env bash
# Makes the certificate that simulated phones attest with, and the root it leads to. Its private key is public, in this
# folder: the certificate says which program made a credential, and vouches for nothing. pam_u2f and the sites that ask for
# "direct" attestation want to see one all the same.
#
# WebAuthn, "Certificate Requirements for Packed Attestation Statements": version 3; C, O, OU "Authenticator
# Attestation", CN; not a CA; the AAGUID in extension 1.3.6.1.4.1.45724.1.1.4.
set -euo pipefail
cd "$(dirname "$0")"
aaguid=c0421b8a2e924e68bba8321f588c87a3 # Config::AAGUID
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
who="/C=AT/O=Pocketkey"

openssl ecparam -name prime256v1 -genkey -noout -out "$work/root.key"
openssl req -x509 -new -key "$work/root.key" -days 10950 -subj "$who/CN=Pocketkey simulator root" -out root.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
openssl ecparam -name prime256v1 -genkey -noout -out "$work/phone.key"
openssl req -new -key "$work/phone.key" -subj "$who/OU=Authenticator Attestation/CN=Pocketkey simulated phone" -out "$work/phone.csr"
cat >"$work/extensions" <<X
basicConstraints=critical,CA:FALSE
1.3.6.1.4.1.45724.1.1.4=DER:0410$aaguid
X
openssl x509 -req -in "$work/phone.csr" -CA root.pem -CAkey "$work/root.key" -set_serial 1 -days 10950 \
  -extfile "$work/extensions" -outform DER -out phone.der
# The bare scalar, 32 bytes.
openssl ec -in "$work/phone.key" -outform DER 2>/dev/null | dd bs=1 skip=7 count=32 of=phone.scalar status=none
[ "$(wc -c <phone.scalar)" = 32 ]
openssl verify -CAfile root.pem -partial_chain <(openssl x509 -inform DER -in phone.der)
