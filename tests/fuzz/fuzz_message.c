/*
 * Any words as a subject and a name, any address and link, any text. What is
 * taken must be lines that mail allows, with the fields there were and no more,
 * and give the text back to a decoder that knows nothing of ours.
 */
#include "fuzz.h"

#include "mail/message.h"
#include "mail/mime.h"

#define FIELDS                                                           \
	"Date|From|To|Subject|Message-ID|List-Id|List-Unsubscribe|"      \
	"List-Unsubscribe-Post|Auto-Submitted|X-Auto-Response-Suppress|" \
	"Precedence|Feedback-ID|MIME-Version|Content-Type"
#define FIELD_COUNT 14

/* A field begins, goes on, or is one long thing in < > that can't. */
static bool is_head_line(const char *line, size_t len)
{
	if (len > 76)
		return len <= 998 &&
		       fuzz_matches(line, "^([A-Z][A-Za-z-]+:)? <[^ <>]+>$");
	return fuzz_matches(line, "^((" FIELDS "): | )[!-~]( ?[!-~]+)*$");
}

static const char *check_head(const char *mail)
{
	size_t fields = 0;

	while (strncmp(mail, "\r\n", 2) != 0) {
		const char *end = strstr(mail, "\r\n");
		char *line;

		CHECK(end);
		line = fuzz_string((const uint8_t *)mail, (size_t)(end - mail));
		CHECK(is_head_line(line, strlen(line)));
		fields += *line != ' ';
		free(line);
		mail = end + 2;
	}
	CHECK(fields == FIELD_COUNT);
	return mail + 2;
}

static void check_body(const char *body)
{
	while (*body) {
		size_t len = strcspn(body, "\r\n");

		CHECK(len <= 76 && strncmp(body + len, "\r\n", 2) == 0);
		CHECK(*body != '.' && strncmp(body, "From ", 5) != 0);
		for (size_t i = 0; i < len; i++)
			CHECK(body[i] == '\t' ||
			      (body[i] >= ' ' && body[i] <= '~'));
		CHECK(!len || !strchr(" \t", body[len - 1]));
		body += len + 2;
	}
}

static unsigned char hex_of(const char *s)
{
	char digits[3] = { s[0], s[1], '\0' };

	CHECK(fuzz_matches(digits, "^[0-9A-F]{2}$"));
	return (unsigned char)strtoul(digits, NULL, 16);
}

/* Quoted-printable as RFC 2045 has it. */
static void decode(struct strbuf *text, const char *s)
{
	while (*s) {
		if (strncmp(s, "=\r\n", 3) == 0) {
			s += 3;
		} else if (*s == '=') {
			strbuf_addch(text, (char)hex_of(s + 1));
			s += 3;
		} else {
			if (*s != '\r')
				strbuf_addch(text, *s);
			s++;
		}
	}
}

static void check_decoded(const char *text)
{
	struct strbuf body = STRBUF_INIT, again = STRBUF_INIT;
	struct strbuf want = STRBUF_INIT;

	mime_add_body(&body, text);
	check_body(body.buf);
	decode(&again, body.buf);
	strbuf_addstr(&want, text);
	if (want.len && want.buf[want.len - 1] != '\n')
		strbuf_addch(&want, '\n');
	CHECK(again.len == want.len);
	CHECK(memcmp(again.buf, want.buf, want.len) == 0);
	strbuf_release(&body);
	strbuf_release(&again);
	strbuf_release(&want);
}

/* Wrapped, a text has the same words in the same order. */
static void check_wrapped(const char *text)
{
	struct strbuf out = STRBUF_INIT;
	const char *a = text, *b;

	mime_wrap(&out, text);
	for (b = out.buf; *a || *b; a++, b++) {
		a += strspn(a, " \n");
		b += strspn(b, " \n");
		CHECK(*a == *b);
		if (!*a)
			break;
	}
	strbuf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *subject = fuzz_part(&data, &size);
	char *to = fuzz_part(&data, &size), *url = fuzz_part(&data, &size);
	char *text = fuzz_part(&data, &size);
	struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;
	const struct message m = {
		.message_id = to,
		.from_name = subject,
		.from = to,
		.to = to,
		.subject = subject,
		.list_name = subject,
		.list_id = "list.example.org",
		.unsubscribe_url = url,
		.feedback_id = "1:notice:site",
		.text = text,
		.html = text,
	};

	if (message_build(&m, &out, &err)) {
		CHECK(!err.len && fuzz_is_utf8(subject, strlen(subject)) &&
		      fuzz_is_utf8(text, strlen(text)));
		CHECK(!strpbrk(subject, "\r\n") && strchr(to, '@'));
		check_body(check_head(out.buf));
	} else {
		CHECK(err.len && !out.len);
	}
	check_decoded(text);
	check_wrapped(text);
	strbuf_release(&out);
	strbuf_release(&err);
	free(subject);
	free(to);
	free(url);
	free(text);
	return 0;
}
