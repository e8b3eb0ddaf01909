// remote, floor 5: the client's side of an exchange, without a word for people.
//   settings.h     where each setting comes from: files, environment, flags
//   credentials.h  who asks: keys and tokens in a file that only its owner may read
//   pending.h      Idempotency-Keys on disk until they are answered
//   exchange.h     requests, signed, retried, and answered once
//   private_file.h files that are nobody else's business
//
// Model. One exchange, one credential, one request at a time. A request that creates something or
// moves value has an Idempotency-Key, which is on disk before the request is sent and goes when it
// has been answered; so the same request after a crash or a time-out is the same request for the
// exchange too. Errors are values; what the exchange refuses is a Problem with its stable code.
//
// Nothing here touches a network before the first request, and nothing is initialised at start.
#pragma once

#include "tongsuan/remote/credentials.h"
#include "tongsuan/remote/exchange.h"
#include "tongsuan/remote/pending.h"
#include "tongsuan/remote/settings.h"
