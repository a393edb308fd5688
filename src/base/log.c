#include "base/log.h"

#include "base/clock.h"
#include "base/escape.h"

#include <errno.h>

#define REQUEST_ID_MAX 64
/* A line longer than this is cut off: a log must not be a way to fill disks. */
#define LINE_CAP 8192

static struct {
	const char *prog;
	enum log_level least;
	bool is_plain;
	char request[REQUEST_ID_MAX + 1];
} config = { .prog = "autopsy", .least = LOG_INFO };

void log_setup(const char *prog, enum log_level least)
{
	config.prog = prog;
	config.least = least;
	config.is_plain = false;
}

void log_setup_plain(const char *prog, enum log_level least)
{
	log_setup(prog, least);
	config.is_plain = true;
}

void log_set_request(const char *id)
{
	size_t len = id ? strnlen(id, REQUEST_ID_MAX) : 0;

	if (len)
		memcpy(config.request, id, len);
	config.request[len] = '\0';
}

void log_str(struct log_line *l, const char *key, const char *value)
{
	size_t start = l->sb.len;

	if (!l->is_wanted)
		return;
	if (config.is_plain) {
		strbuf_addf(&l->sb, ": %.*s", LINE_CAP / 2, value);
		return;
	}
	strbuf_addf(&l->sb, ",\"%s\":\"", key);
	escape_json(&l->sb, value, strnlen(value, LINE_CAP / 2));
	strbuf_addch(&l->sb, '"');
	if (l->sb.is_full) {
		l->sb.is_full = false;
		strbuf_truncate(&l->sb, start);
	}
}

void log_int(struct log_line *l, const char *key, int64_t value)
{
	if (l->is_wanted)
		strbuf_addf(&l->sb,
			    config.is_plain ? ": %s %lld" : ",\"%s\":%lld", key,
			    (long long)value);
}

void log_begin(struct log_line *l, enum log_level level, const char *event)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };

	strbuf_init_capped(&l->sb, LINE_CAP);
	l->is_wanted = level >= config.least;
	if (!l->is_wanted)
		return;
	if (config.is_plain) {
		strbuf_addf(&l->sb, "%s: %s", config.prog, event);
		return;
	}
	strbuf_addstr(&l->sb, "{\"ts\":\"");
	clock_add_iso(&l->sb, clock_wall_ms());
	strbuf_addf(&l->sb, "\",\"level\":\"%s\"", names[level]);
	log_str(l, "prog", config.prog);
	log_int(l, "pid", getpid());
	if (config.request[0])
		log_str(l, "req", config.request);
	log_str(l, "event", event);
}

void log_end(struct log_line *l)
{
	size_t done = 0;

	l->sb.cap = 0;
	l->sb.is_full = false;
	if (l->is_wanted)
		strbuf_addstr(&l->sb, config.is_plain ? "\n" : "}\n");
	/* One write, so that lines of several workers do not mix. */
	while (l->is_wanted && done < l->sb.len) {
		ssize_t n = write(STDERR_FILENO, l->sb.buf + done,
				  l->sb.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	strbuf_release(&l->sb);
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	struct log_line l;
	struct strbuf text;
	va_list ap;

	strbuf_init_capped(&text, LINE_CAP / 2);
	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	log_begin(&l, level, event);
	log_str(&l, "text", text.buf);
	log_end(&l);
	strbuf_release(&text);
}
