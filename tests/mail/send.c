/*
 * Hands mails to a transport, for tests: `send URL [--auth FILE] [--ca FILE]
 * [--timeout SECONDS]`. Each line of standard input is a mail, as JSON: from,
 * to, id, bytes, and refuse, whether before_data says no. Each line of
 * standard output says what became of it.
 */
#include <cjson/cJSON.h>
#include <signal.h>

#include "base/clock.h"
#include "base/escape.h"
#include "mail/transport.h"

struct hook {
	bool refuses;
	int calls;
};

/* Seconds in which there was a tick. */
struct ticks {
	int64_t last_second;
	int count;
};

static void tick(void *arg)
{
	int64_t second = clock_ms() / 1000;
	struct ticks *ticks = arg;

	ticks->count += second != ticks->last_second;
	ticks->last_second = second;
}

static bool before_data(void *arg)
{
	struct hook *hook = arg;

	hook->calls++;
	return !hook->refuses;
}

static const char *member(const cJSON *json, const char *name)
{
	const char *s = cJSON_GetStringValue(cJSON_GetObjectItem(json, name));

	if (!s)
		BUG("a mail without '%s'", name);
	return s;
}

static void say(const struct mail_reply *reply, int calls, int ticks)
{
	struct strbuf text = STRBUF_INIT;

	escape_json(&text, reply->text.buf, reply->text.len);
	printf("{\"outcome\":\"%s\",\"verb\":\"%s\",\"code\":%d,"
	       "\"status\":\"%s\",\"text\":\"%s\",\"calls\":%d,"
	       "\"ticks\":%d}\n",
	       mail_outcome_name(reply->outcome), mail_verb_name(reply->verb),
	       reply->code, reply->status, text.buf, calls, ticks);
	fflush(stdout);
	strbuf_release(&text);
}

static void send_one(struct transport *t, const char *line, struct ticks *ticks,
		     struct mail_reply *reply)
{
	cJSON *json = cJSON_Parse(line);
	struct hook hook = { .refuses = cJSON_IsTrue(
				     cJSON_GetObjectItem(json, "refuse")) };
	const char *bytes = member(json, "bytes");
	struct mail mail = {
		.bytes = bytes,
		.len = strlen(bytes),
		.from = member(json, "from"),
		.to = member(json, "to"),
		.id = member(json, "id"),
		.before_data = before_data,
		.arg = &hook,
	};

	ticks->count = 0;
	transport_send(t, &mail, reply);
	say(reply, hook.calls, ticks->count);
	cJSON_Delete(json);
}

int main(int argc, char **argv)
{
	struct ticks ticks = { 0 };
	struct transport_options options = { .url = argc > 1 ? argv[1] : "",
					     .helo = "mail.example.org",
					     .tick = tick,
					     .tick_arg = &ticks };
	struct mail_reply reply = MAIL_REPLY_INIT;
	struct strbuf err = STRBUF_INIT;
	struct transport *t;
	char *line = NULL;
	size_t size = 0;

	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--auth") == 0)
			options.auth_file = argv[i + 1];
		if (strcmp(argv[i], "--ca") == 0)
			options.ca_file = argv[i + 1];
		if (strcmp(argv[i], "--timeout") == 0)
			options.reply_timeout_s = argv[i + 1][0] - '0';
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* write() then says it, as of a full disk */
	t = transport_open(&options, &err);
	if (!t)
		fprintf(stderr, "%s\n", err.buf);
	while (t && getline(&line, &size, stdin) > 0)
		send_one(t, line, &ticks, &reply);
	transport_close(t);
	free(line);
	strbuf_release(&reply.text);
	strbuf_release(&err);
	return t ? 0 : 2;
}
