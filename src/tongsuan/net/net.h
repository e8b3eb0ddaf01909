// net, floor 4: HTTP/1.1 and server-sent events over TCP and TLS; nothing about markets.
//   message.h  requests and responses as plain values     target.h   strict decoding of what was
//   asked for server.h   the server: threads, limits, stopping      reply.h    answering later,
//   from any thread events.h   frames of server-sent events               problem.h  refusals that
//   the server makes itself limits.h   every limit and deadline with its default  metrics.h
//   counters to export client.h   a synchronous client, and a reader of events
//
// Model. A few threads each own a share of the connections; a connection belongs to one thread for
// its whole life. The handler gets a whole request on that thread, must not block it, and answers
// through a Reply at once or later from elsewhere. Requests that were sent ahead on a connection
// are handled side by side and answered in their order. Everything that a stranger can make grow or
// last has a limit. docs/http.md says what each limit and each refusal means.
//
// Boost is included by parser.cc (Beast) and server.cc (Asio) only: it is slow to compile.
#pragma once

#include "tongsuan/net/client.h"
#include "tongsuan/net/events.h"
#include "tongsuan/net/message.h"
#include "tongsuan/net/metrics.h"
#include "tongsuan/net/problem.h"
#include "tongsuan/net/server.h"
