// clearing, floor 4: one round from a book to a verified certificate, and answers about it.
//   clear.h     market → prices → placements → payments → certificate, verified
//   residual.h  what one more order would cost in a closed round
//   why.h       why an order was not placed, the cheapest changes that place it, and quotes
#pragma once

#include "tongsuan/clearing/clear.h"
#include "tongsuan/clearing/residual.h"
#include "tongsuan/clearing/why.h"
