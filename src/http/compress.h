/* Content codings: gzip by zlib, br by libbrotli. */
#ifndef HTTP_COMPRESS_H
#define HTTP_COMPRESS_H

#include "http/request.h"

/*
 * Replaces sb by its encoded form. False, and sb unchanged, when that would
 * not be smaller.
 */
bool compress_body(struct strbuf *sb, enum encoding encoding) WARN_UNUSED;

/* "gzip", "br"; NULL for identity. */
const char *compress_name(enum encoding encoding);

#endif
