/*
 * Accept-Language to a country. nginx does it, by one expression; here that
 * very expression is given the header, by the library that nginx uses, and
 * must find what the rule says, written out: the first tag of the list that
 * tells a country of ours and is not refused by q=0. It must also be quick.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "fuzz.h"

#include <ctype.h>
#include <pcre2.h>

#define CONFIG "nginx/country.conf.in"
/* nginx refuses a longer line of a header. */
#define HEADER_MAX 8192

static pcre2_code *code;
static pcre2_match_data *found;
static pcre2_match_context *limits;

/* The expression of the map, which stands in quotes after "~*. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct strbuf text = STRBUF_INIT;
	const char *start, *end;
	size_t offset;
	int error;

	(void)argc;
	(void)argv;
	fuzz_read_file(&text, CONFIG);
	start = strstr(text.buf, "map $http_accept_language ");
	start = start ? strstr(start, "\"~*") : NULL;
	end = start ? strstr(start + 1, "\" \"$region$tongue\";") : NULL;
	if (!end)
		BUG("%s has no map of Accept-Language", CONFIG);
	start += 3;
	code = pcre2_compile((PCRE2_SPTR)start, (size_t)(end - start),
			     PCRE2_CASELESS, &error, &offset, NULL);
	CHECK(code);
	found = pcre2_match_data_create_from_pattern(code, NULL);
	limits = pcre2_match_context_create(NULL);
	strbuf_release(&text);
	return 0;
}

static bool is_any(const char *s, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == len && strncasecmp(s, *words, len) == 0)
			return true;
	return false;
}

static size_t letters(const char *s)
{
	size_t n = 0;

	while (isalpha((unsigned char)s[n]))
		n++;
	return n;
}

/* The region of a tag, or the language that one country speaks; NULL. */
static const char *place_of(const char *tag, size_t *len)
{
	static const char *const regions[] = { "my", "sg", "ph", "th",
					       "id", "vn", "in", "au",
					       "nz", "gb", "de", "nl",
					       "us", "ca", "ae", NULL };
	static const char *const tongues[] = { "ms", "fil", "tl", "th", "id",
					       "vi", "hi",  "de", "nl", NULL };
	size_t n = letters(tag);

	if (n < 2 || n > 3)
		return NULL;
	*len = n;
	if (tag[n] != '-')
		return is_any(tag, n, tongues) ? tag : NULL;
	tag += n + 1;
	if (letters(tag) == 4 && tag[4] == '-')
		tag += 5;
	*len = letters(tag);
	return is_any(tag, *len, regions) ? tag : NULL;
}

/* ";q=0.5" with blanks, or nothing; false if it is another thing, or zero. */
static bool is_wanted(const char *s)
{
	const char *q;

	s += strspn(s, " \t");
	if (!*s)
		return true;
	if (*s++ != ';')
		return false;
	s += strspn(s, " \t");
	if (tolower((unsigned char)*s) != 'q' || s[1] != '=')
		return false;
	q = s += 2;
	s += strspn(s, "0123456789.");
	if (s == q || s[strspn(s, " \t")])
		return false;
	if (*q != '0')
		return true;
	return s != q + 1 && !(q[1] == '.' && q + 2 + strspn(q + 2, "0") == s);
}

/* What the rule says of a header; an empty text if nothing. */
static void expect(const char *header, struct strbuf *out)
{
	while (*header) {
		size_t len = strcspn(header, ","), n;
		char *tag = xstrndup(header, len);
		const char *place = place_of(tag + strspn(tag, " \t"), &n);

		if (place && is_wanted(place + n))
			strbuf_add(out, place, n);
		free(tag);
		if (out->len)
			return;
		header += len + (header[len] == ',');
	}
}

static void add_group(struct strbuf *out, const char *name)
{
	PCRE2_UCHAR *text;
	size_t len;

	if (pcre2_substring_get_byname(found, (PCRE2_SPTR)name, &text, &len))
		return;
	strbuf_add(out, text, len);
	pcre2_substring_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf want = STRBUF_INIT, got = STRBUF_INIT;
	char *header = fuzz_string(data, size);
	int rc;

	/* No header has these. */
	if (size > HEADER_MAX || strlen(header) != size ||
	    strpbrk(header, "\r\n"))
		goto out;
	pcre2_set_match_limit(limits, 100 + 20 * (uint32_t)size);
	rc = pcre2_match(code, (PCRE2_SPTR)header, size, 0, 0, found, limits);
	CHECK(rc > 0 || rc == PCRE2_ERROR_NOMATCH);
	if (rc > 0) {
		add_group(&got, "region");
		add_group(&got, "tongue");
	}
	expect(header, &want);
	CHECK(strcmp(got.buf, want.buf) == 0);
out:
	strbuf_release(&want);
	strbuf_release(&got);
	free(header);
	return 0;
}
