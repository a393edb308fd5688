#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>
#include <brotli/decode.h>
#include <zlib.h>

#include "http/compress.h"

#define ROOM (1 << 20)

static void fill_text(struct strbuf *sb, size_t len)
{
	while (sb->len < len)
		strbuf_addf(sb, "<p>Line %zu of a page.</p>\n", sb->len % 97);
	strbuf_truncate(sb, len);
}

static void fill_noise(struct strbuf *sb, size_t len)
{
	uint32_t seed = 7;

	while (sb->len < len) {
		seed = seed * 1664525u + 1013904223u;
		strbuf_addch(sb, (char)(seed >> 24));
	}
}

static size_t ungzip(const struct strbuf *in, unsigned char *out)
{
	z_stream z = { 0 };
	size_t len;

	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (unsigned char *)in->buf;
	z.avail_in = (unsigned)in->len;
	z.next_out = out;
	z.avail_out = ROOM;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	len = ROOM - z.avail_out;
	inflateEnd(&z);
	return len;
}

static size_t unbrotli(const struct strbuf *in, unsigned char *out)
{
	size_t len = ROOM;

	assert_int_equal(BrotliDecoderDecompress(
				 in->len, (const uint8_t *)in->buf, &len, out),
			 BROTLI_DECODER_RESULT_SUCCESS);
	return len;
}

static void test_text_survives_the_round_trip(void **state)
{
	static const size_t sizes[] = { 256, 257, 4096, 65535, 65536, 700000 };
	unsigned char *out = xmalloc(ROOM);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct strbuf plain = STRBUF_INIT, br = STRBUF_INIT;
		struct strbuf gz = STRBUF_INIT;

		fill_text(&plain, sizes[i]);
		fill_text(&br, sizes[i]);
		fill_text(&gz, sizes[i]);
		assert_true(compress_body(&br, ENCODING_BR));
		assert_true(compress_body(&gz, ENCODING_GZIP));
		assert_true(br.len < plain.len && gz.len < plain.len);
		assert_int_equal(unbrotli(&br, out), plain.len);
		assert_memory_equal(out, plain.buf, plain.len);
		assert_int_equal(ungzip(&gz, out), plain.len);
		assert_memory_equal(out, plain.buf, plain.len);
		strbuf_release(&plain);
		strbuf_release(&br);
		strbuf_release(&gz);
	}
	free(out);
}

static void test_what_would_not_shrink_stays_as_it_is(void **state)
{
	static const enum encoding codings[] = { ENCODING_BR, ENCODING_GZIP };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codings); i++) {
		struct strbuf sb = STRBUF_INIT, same = STRBUF_INIT;

		fill_noise(&sb, 5000);
		fill_noise(&same, 5000);
		assert_false(compress_body(&sb, codings[i]));
		assert_int_equal(sb.len, same.len);
		assert_memory_equal(sb.buf, same.buf, same.len);
		strbuf_release(&sb);
		strbuf_release(&same);
	}
}

static void test_small_text_and_identity_stay_as_they_are(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_false(compress_body(&sb, ENCODING_BR));
	fill_text(&sb, 255);
	assert_false(compress_body(&sb, ENCODING_GZIP));
	fill_text(&sb, 5000);
	assert_false(compress_body(&sb, ENCODING_IDENTITY));
	assert_int_equal(sb.len, 5000);
	strbuf_release(&sb);
}

static void test_same_text_gives_the_same_bytes(void **state)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;

	(void)state;
	fill_text(&a, 5000);
	fill_text(&b, 5000);
	assert_true(compress_body(&a, ENCODING_GZIP));
	assert_true(compress_body(&b, ENCODING_GZIP));
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.buf, b.buf, a.len);
	strbuf_release(&a);
	strbuf_release(&b);
}

static void test_codings_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(compress_name(ENCODING_BR), "br");
	assert_string_equal(compress_name(ENCODING_GZIP), "gzip");
	assert_null(compress_name(ENCODING_IDENTITY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_survives_the_round_trip),
		cmocka_unit_test(test_what_would_not_shrink_stays_as_it_is),
		cmocka_unit_test(test_small_text_and_identity_stay_as_they_are),
		cmocka_unit_test(test_same_text_gives_the_same_bytes),
		cmocka_unit_test(test_codings_have_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
