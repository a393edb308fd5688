#include "fuzz.h"

#include <cjson/cJSON.h>
#include <locale.h>
#include <regex.h>
#include <wchar.h>

char *fuzz_copy(const uint8_t *data, size_t size)
{
	char *copy = xmalloc(size);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *fuzz_string(const uint8_t *data, size_t size)
{
	return size ? xstrndup((const char *)data, size) : xstrdup("");
}

char *fuzz_part(const uint8_t **data, size_t *size)
{
	static const char mark[] = "\n===\n";
	const uint8_t *end =
		*size ? memmem(*data, *size, mark, sizeof(mark) - 1) : NULL;
	size_t len = end ? (size_t)(end - *data) : *size;
	size_t skip = end ? len + sizeof(mark) - 1 : len;
	char *part = fuzz_string(*data, len);

	if (skip) {
		*data += skip;
		*size -= skip;
	}
	return part;
}

bool fuzz_is_utf8(const char *text, size_t len)
{
	static locale_t utf8;
	mbstate_t state = { 0 };
	bool is_utf8 = true;
	locale_t before;

	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	CHECK(utf8);
	before = uselocale(utf8);
	for (size_t i = 0, n; is_utf8 && i < len; i += n ? n : 1) {
		n = mbrtowc(NULL, text + i, len - i, &state);
		is_utf8 = n != (size_t)-1 && n != (size_t)-2;
	}
	uselocale(before);
	return is_utf8;
}

bool fuzz_has_control(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < 32 && !strchr("\t\r\n", *text)) ||
		    *text == 127)
			return true;
	return false;
}

bool fuzz_matches(const char *text, const char *pattern)
{
	static struct {
		const char *pattern;
		regex_t regex;
	} kept[32];
	size_t i = 0;

	while (i < ARRAY_SIZE(kept) && kept[i].pattern &&
	       kept[i].pattern != pattern)
		i++;
	CHECK(i < ARRAY_SIZE(kept));
	if (!kept[i].pattern) {
		CHECK(regcomp(&kept[i].regex, pattern,
			      REG_EXTENDED | REG_NOSUB) == 0);
		kept[i].pattern = pattern;
	}
	return regexec(&kept[i].regex, text, 0, NULL, 0) == 0;
}

void fuzz_read_file(struct strbuf *text, const char *path)
{
	struct strbuf err = STRBUF_INIT;

	if (!strbuf_read_file(text, path, (size_t)1 << 20, &err))
		BUG("%s; run it from the top of the repository", err.buf);
}

void fuzz_check_findings(const struct findings *f, const char *text, size_t len)
{
	struct strbuf said = STRBUF_INIT;
	size_t lines = 1, printed = 0;
	cJSON *json;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	for (size_t i = 0; i < f->count; i++) {
		CHECK(*f->list[i].file);
		CHECK(f->list[i].line >= 1 && f->list[i].line <= lines);
		CHECK(*f->list[i].problem);
	}
	findings_print(f, &said);
	CHECK(fuzz_is_utf8(said.buf, said.len));
	CHECK(!fuzz_has_control(said.buf));
	for (const char *s = said.buf; *s; s++)
		printed += *s == '\n';
	CHECK(printed == f->count); /* one line a finding */
	strbuf_reset(&said);
	findings_print_json(f, &said);
	json = cJSON_ParseWithOpts(said.buf, NULL, true);
	CHECK(json && (size_t)cJSON_GetArraySize(json) == f->count);
	cJSON_Delete(json);
	strbuf_release(&said);
}
