// access, floor 2: who is calling, and may they.
//   identity.h        roles, participants, Identity: what authentication ends in
//   denial.h          why not: stable codes, sentences, what to try
//   permissions.h     the table of actions and roles
//   master_secret.h   the one secret of the exchange, in a file of its owner
//   keys.h            keys of programs: records without secrets, and the secrets that follow from
//   them request_signature.h  "Tongsuan-HMAC": what is signed, and how nonces.h          which
//   signed requests were seen, in bounded memory bearer.h          tokens that the exchange makes
//   itself jwks.h, oidc.h    tokens of an OpenID provider login.h           the client's side of a
//   login: authorisation code with PKCE rate_limit.h      token buckets with names mode.h
//   development tokens, and where they are allowed authenticator.h   the one door: request →
//   Identity
//
// Model: a request brings a proof (signature, token of ours, token of a provider), and leaves with
// an Identity or a Denial. What the exchange knows about keys and participants belongs to the
// caller, who lends it as a Directory; nothing here holds a copy, so revoking takes effect at once.
//
// Invariants:
//   - No secret of a key is kept anywhere: it is derived from the master secret when it is needed.
//   Who reads the
//     journal or a backup learns no key; who loses the master secret voids all keys.
//   - Secrets and signatures are compared in constant time, and erased from memory after use.
//   - Nothing of a request is remembered before its signature has been found good.
//   - What grows has a limit: nonces, buckets, tokens, key sets.
// Pure: time and random numbers are arguments. Only master_secret.cc opens a file. Objects here are
// for one thread at a time.
#pragma once

#include "tongsuan/access/authenticator.h"
#include "tongsuan/access/bearer.h"
#include "tongsuan/access/denial.h"
#include "tongsuan/access/identity.h"
#include "tongsuan/access/jwks.h"
#include "tongsuan/access/keys.h"
#include "tongsuan/access/login.h"
#include "tongsuan/access/master_secret.h"
#include "tongsuan/access/mode.h"
#include "tongsuan/access/nonces.h"
#include "tongsuan/access/oidc.h"
#include "tongsuan/access/permissions.h"
#include "tongsuan/access/rate_limit.h"
#include "tongsuan/access/request_signature.h"
