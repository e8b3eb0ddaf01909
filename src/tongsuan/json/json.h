// json, floor 1: JSON (RFC 8259) of strangers, read strictly and fast, and JSON of ours, written.
//   document.h       bytes → Document, or what is wrong with them and where
//   value.h          light views of what a Document holds; every access can fail, as a value
//   object_reader.h  the members of an object as fields, faults collected under their JSON pointers
//   writer.h         objects, arrays, texts and whole numbers appended to a string
//   syntax.h         the slow twin of the parser: finds the first fault
//
// Invariants:
//   - A Document is whole: syntax, UTF-8 (escapes included), depth, size and duplicate names are
//   judged
//     before the first value is seen. Nothing is repaired and nothing ignored.
//   - Numbers are whole or nothing: a number with a point or an exponent can be seen to be there
//   (kFraction),
//     and has no value. Money never passes through floating point.
//   - Reading allocates nothing once a Document has grown to its largest body; views and texts
//   point
//     into the Document and live until its next parse.
// The parser is simdjson's; document.cc is the only file that knows it.
#pragma once

#include "tongsuan/json/document.h"
#include "tongsuan/json/object_reader.h"
#include "tongsuan/json/syntax.h"
#include "tongsuan/json/value.h"
#include "tongsuan/json/writer.h"
