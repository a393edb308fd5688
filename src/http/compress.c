#include "http/compress.h"

#include <brotli/encode.h>
#include <zlib.h>

/* Smaller texts gain nothing that a packet would notice. */
#define WORTH_IT 256
/*
 * A reply is compressed once for each version of the content, then sent many
 * times: the best that stays within some milliseconds a page.
 */
#define BROTLI_QUALITY 9
/* 64 kB, about a page. With a larger one the encoder sets up 24 MB of tables
 * for it, which takes several times as long and gains nothing. */
#define BROTLI_WINDOW 16
#define GZIP_LEVEL 9
#define GZIP_WINDOW (15 + 16) /* 16: a gzip header, not zlib's */

static size_t brotli(const struct strbuf *in, unsigned char *out, size_t room)
{
	size_t len = room;

	if (!BrotliEncoderCompress(BROTLI_QUALITY, BROTLI_WINDOW,
				   BROTLI_MODE_TEXT, in->len,
				   (const uint8_t *)in->buf, &len, out))
		return 0;
	return len;
}

static size_t gzip(const struct strbuf *in, unsigned char *out, size_t room)
{
	z_stream z = { 0 };
	size_t len = 0;

	if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	z.next_in = (unsigned char *)in->buf;
	z.avail_in = (unsigned)in->len;
	z.next_out = out;
	z.avail_out = (unsigned)room;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		len = room - z.avail_out;
	deflateEnd(&z);
	return len;
}

bool compress_body(struct strbuf *sb, enum encoding encoding)
{
	unsigned char *out;
	size_t len;

	if (encoding == ENCODING_IDENTITY || sb->len < WORTH_IT)
		return false;
	out = xmalloc(sb->len);
	len = encoding == ENCODING_BR ? brotli(sb, out, sb->len)
				      : gzip(sb, out, sb->len);
	if (len) {
		strbuf_reset(sb);
		strbuf_add(sb, out, len);
	}
	free(out);
	return len > 0;
}

const char *compress_name(enum encoding encoding)
{
	if (encoding == ENCODING_BR)
		return "br";
	return encoding == ENCODING_GZIP ? "gzip" : NULL;
}
