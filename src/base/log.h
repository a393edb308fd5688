/*
 * One JSON object a line on standard error, for journald and people alike:
 *   {"ts":"…","level":"info","prog":"autopsy-web","pid":7,"req":"…",
 *    "event":"request",…}
 * Values are escaped here. Never pass an e-mail address, a token or a secret.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include "base/strbuf.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_setup(const char *prog, enum log_level least);
/* For a tool, whose messages are for whoever typed the command: its lines
 * are "prog: event: text". */
void log_setup_plain(const char *prog, enum log_level least);
/* The id every line carries until it is changed; copied; NULL for none. */
void log_set_request(const char *id);

/* A line with one sentence of text. */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* A line with fields: begin, add any number, end writes it. */
struct log_line {
	struct strbuf sb;
	bool is_wanted;
};
void log_begin(struct log_line *l, enum log_level level, const char *event);
void log_str(struct log_line *l, const char *key, const char *value);
void log_int(struct log_line *l, const char *key, int64_t value);
void log_end(struct log_line *l);

#endif
