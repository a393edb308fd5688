/*
 * Makes one mail of a JSON document on standard input, and writes it to
 * standard output: {"kind": "message"|"confirm"|"notice"|"manage", and the
 * members of the struct}. What can't be made is a sentence on standard error and exit 1.
 */
#include <cjson/cJSON.h>

#include "mail/letter.h"
#include "mail/message.h"

#define INPUT_MAX 1000000

extern const struct template_source views[];

static const char *text_of(const cJSON *in, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItem(in, name));
}

static time_t time_of(const cJSON *in, const char *name)
{
	const cJSON *number = cJSON_GetObjectItem(in, name);

	return number ? (time_t)number->valuedouble : 0;
}

static bool write_message(const cJSON *in, struct strbuf *out,
			  struct strbuf *err)
{
	struct message m = {
		.date = time_of(in, "date"),
		.message_id = text_of(in, "message_id"),
		.from_name = text_of(in, "from_name"),
		.from = text_of(in, "from"),
		.to = text_of(in, "to"),
		.subject = text_of(in, "subject"),
		.list_name = text_of(in, "list_name"),
		.list_id = text_of(in, "list_id"),
		.unsubscribe_url = text_of(in, "unsubscribe_url"),
		.feedback_id = text_of(in, "feedback_id"),
		.text = text_of(in, "text"),
		.html = text_of(in, "html"),
	};

	return message_build(&m, out, err);
}

static void read_head(const cJSON *in, struct letter_sender *sender,
		      struct letter_head *head)
{
	*sender = (struct letter_sender){
		.site_url = text_of(in, "site_url"),
		.address = text_of(in, "address"),
		.list_id = text_of(in, "list_id"),
		.postal = text_of(in, "postal"),
	};
	*head = (struct letter_head){
		.to = text_of(in, "to"),
		.message_id = text_of(in, "message_id"),
		.date = time_of(in, "date"),
		.feedback_id = text_of(in, "feedback_id"),
	};
}

static bool write_confirm(const cJSON *in, const struct template_set *set,
			  struct strbuf *out, struct strbuf *err)
{
	struct letter_sender sender;
	struct letter_head head;
	struct letter_confirm letter = {
		.topic = text_of(in, "topic"),
		.page_url = text_of(in, "page_url"),
		.asked = time_of(in, "asked"),
		.expires = time_of(in, "expires"),
		.confirm_url = text_of(in, "confirm_url"),
		.block_url = text_of(in, "block_url"),
	};

	read_head(in, &sender, &head);
	return letter_confirm(set, &sender, &head, &letter, out, err);
}

static bool write_notice(const cJSON *in, const struct template_set *set,
			 struct strbuf *out, struct strbuf *err)
{
	const cJSON *list = cJSON_GetObjectItem(in, "careers"), *one;
	struct letter_sender sender;
	struct letter_head head;
	struct letter_career careers[10];
	struct letter_notice letter = {
		.careers = careers,
		.topic = text_of(in, "topic"),
		.confirmed = time_of(in, "confirmed"),
		.unsubscribe_url = text_of(in, "unsubscribe_url"),
	};

	cJSON_ArrayForEach (one, list)
		if (letter.career_count < ARRAY_SIZE(careers))
			careers[letter.career_count++] = (struct letter_career){
				.name = text_of(one, "name"),
				.tagline = text_of(one, "tagline"),
				.url = text_of(one, "url"),
			};
	read_head(in, &sender, &head);
	return letter_notice(set, &sender, &head, &letter, out, err);
}

static bool write_manage(const cJSON *in, const struct template_set *set,
			 struct strbuf *out, struct strbuf *err)
{
	struct letter_sender sender;
	struct letter_head head;
	struct letter_manage letter = {
		.asked = time_of(in, "asked"),
		.expires = time_of(in, "expires"),
		.manage_url = text_of(in, "manage_url"),
		.unsubscribe_url = text_of(in, "unsubscribe_url"),
	};

	read_head(in, &sender, &head);
	return letter_manage(set, &sender, &head, &letter, out, err);
}

static bool write_kind(const cJSON *in, struct strbuf *out, struct strbuf *err)
{
	const char *kind = text_of(in, "kind");
	struct template_set *set = template_set_new(views, err);
	bool ok = false;

	if (!set || !kind)
		strbuf_addstr(err, "no kind, or no templates");
	else if (strcmp(kind, "confirm") == 0)
		ok = write_confirm(in, set, out, err);
	else if (strcmp(kind, "notice") == 0)
		ok = write_notice(in, set, out, err);
	else if (strcmp(kind, "manage") == 0)
		ok = write_manage(in, set, out, err);
	else
		ok = write_message(in, out, err);
	template_set_free(set);
	return ok;
}

int main(void)
{
	struct strbuf in = STRBUF_INIT, out = STRBUF_INIT, err = STRBUF_INIT;
	cJSON *json;
	bool ok;

	if (!strbuf_read_file(&in, "/dev/stdin", INPUT_MAX, &err))
		BUG("%s", err.buf);
	json = cJSON_Parse(in.buf);
	if (!json)
		BUG("standard input is no JSON");
	ok = write_kind(json, &out, &err);
	if (ok)
		fwrite(out.buf, 1, out.len, stdout);
	else
		fprintf(stderr, "%s\n", err.buf);
	cJSON_Delete(json);
	strbuf_release(&in);
	strbuf_release(&out);
	strbuf_release(&err);
	return ok ? 0 : 1;
}
