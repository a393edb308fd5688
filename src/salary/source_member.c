#include "salary/source_member.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/utf8.h"

/* Bytes of it that a fault repeats. */
#define SHOWN 100
#define REASON 300

const char *source_show(const cJSON *item, char buf[SOURCE_TEXT])
{
	char number[SOURCE_NUMBER];

	if (!item)
		return "missing";
	if (cJSON_IsNull(item))
		return "null";
	if (cJSON_IsArray(item))
		return "an array";
	if (cJSON_IsObject(item))
		return "an object";
	if (cJSON_IsBool(item))
		return cJSON_IsTrue(item) ? "true" : "false";
	if (cJSON_IsNumber(item)) {
		snprintf(number, sizeof(number), "%.15g", item->valuedouble);
		snprintf(buf, SOURCE_TEXT, "%s", number);
		return buf;
	}
	snprintf(buf, SOURCE_TEXT, "'%.*s'", utf8_cut(item->valuestring, SHOWN),
		 item->valuestring);
	return buf;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			return true;
	return false;
}

bool source_text(struct source_job *job, size_t row, const cJSON *of,
		 const char *name, char buf[SOURCE_TEXT])
{
	const cJSON *item = json_get(of, name);
	const char *s = json_text(item);
	size_t len;

	if (!cJSON_IsString(item))
		return source_fault(job, row, name, "is %s; a text is expected",
				    source_show(item, buf));
	while (is_blank(*s))
		s++;
	len = strlen(s);
	while (len && is_blank(s[len - 1]))
		len--;
	if (!len)
		return source_fault(job, row, name, "is empty");
	if (len >= SOURCE_TEXT)
		return source_fault(job, row, name,
				    "has %zu bytes, %d are the limit", len,
				    SOURCE_TEXT - 1);
	memcpy(buf, s, len);
	buf[len] = '\0';
	if (has_control(buf))
		return source_fault(job, row, name,
				    "has a control character in it");
	return true;
}

bool source_amount(struct source_job *job, size_t row, const cJSON *of,
		   const char *name, char buf[SOURCE_NUMBER], const char **out)
{
	const cJSON *item = json_get(of, name);
	char shown[SOURCE_TEXT];

	*out = cJSON_IsNull(item) ? "" : source_number(item, buf);
	if (*out)
		return true;
	return source_fault(job, row, name, "is %s; a number is expected",
			    source_show(item, shown));
}

bool source_whole(struct source_job *job, const cJSON *of, const char *name,
		  int64_t min, int64_t max, int64_t *out)
{
	const cJSON *item = json_get(of, name);
	char buf[SOURCE_NUMBER], shown[SOURCE_TEXT];
	const char *s = source_number(item, buf);

	if (s && parse_int(s, min, max, out))
		return true;
	return source_fault(job, 0, name,
			    "is %s; a whole number from %jd to %jd is expected",
			    source_show(item, shown), (intmax_t)min,
			    (intmax_t)max);
}

bool source_parse_year(const char *s, int *year)
{
	int64_t n;

	if (!parse_int(s, 1900, 9999, &n))
		return false;
	*year = (int)n;
	return true;
}

bool source_refusal(struct source_job *job, const char *reason)
{
	if (!*reason)
		return source_fault(job, 0, "",
				    "is a refusal that gives no reason");
	return source_fault(job, 0, "", "is a refusal: %.*s",
			    utf8_cut(reason, REASON), reason);
}
