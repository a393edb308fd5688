#include "base/token.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium/utils.h>
#include <sys/stat.h>

#include "base/parse.h"

#define FILE_MAX 1024
#define HEX_SIZE ((size_t)64)

/* Whether only owner and group can come at the file. */
static bool is_closed(int fd, const char *path, struct strbuf *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		strbuf_addf(err, "%s: can't be looked at: %s", path,
			    strerror(errno));
	else if (!S_ISREG(st.st_mode))
		strbuf_addf(err, "%s: is not a file", path);
	else if (st.st_mode & S_IRWXO)
		strbuf_addf(err,
			    "%s: holds secrets and is open to everybody; "
			    "chmod o= makes it right",
			    path);
	else
		return true;
	return false;
}

/* Into a buffer that the caller wipes: no strbuf or FILE, whose memory stays
 * behind. */
static bool read_secret(const char *path, char text[FILE_MAX], size_t *len,
			struct strbuf *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool ok = false;
	ssize_t n = 0;

	*len = 0;
	if (fd < 0) {
		strbuf_addf(err, "%s: can't be opened: %s", path,
			    strerror(errno));
		return false;
	}
	if (!is_closed(fd, path, err))
		goto out;
	while (*len < FILE_MAX &&
	       (n = read(fd, text + *len, FILE_MAX - *len)) > 0)
		*len += (size_t)n;
	if (n < 0)
		strbuf_addf(err, "%s: can't be read: %s", path,
			    strerror(errno));
	else if (*len == FILE_MAX)
		strbuf_addf(err, "%s: is too large to be a file of keys", path);
	else
		ok = true;
out:
	close(fd);
	return ok;
}

static bool read_hex(const char *hex, size_t len, unsigned char secret[32])
{
	size_t got = 0;

	return len == HEX_SIZE &&
	       sodium_hex2bin(secret, 32, hex, len, NULL, &got, NULL) == 0 &&
	       got == 32;
}

/* One line `ID HEX64` to the end of the list. */
static bool read_key(struct token_keys *keys, const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t digits = blank ? (size_t)(blank - line) : 0;
	char number[4] = "";
	int64_t id;

	if (!blank || digits >= sizeof(number))
		return false;
	memcpy(number, line, digits);
	if (!parse_int(number, 0, 255, &id) ||
	    !read_hex(blank + 1, len - digits - 1,
		      keys->list[keys->count].secret))
		return false;
	keys->list[keys->count].id = (unsigned char)id;
	return true;
}

static bool is_taken(const struct token_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->list[i].id == keys->list[keys->count].id)
			return true;
	return false;
}

/* What is wrong with a line, NULL if it was taken. */
static const char *add_key(struct token_keys *keys, const char *line,
			   size_t len)
{
	if (keys->count == TOKEN_KEYS_MAX)
		return "is one key too many; eight are the limit";
	if (!read_key(keys, line, len))
		return "is no key; a line is a number from 0 to 255, a blank "
		       "and 64 hexadecimal digits";
	if (is_taken(keys))
		return "has the number of a key above it";
	keys->count++;
	return NULL;
}

bool token_keys_parse(struct token_keys *keys, const char *name,
		      const char *text, size_t len, struct strbuf *err)
{
	const char *end = text + len, *wrong = NULL;
	size_t line = 0;

	keys->count = 0;
	while (!wrong && text < end) {
		const char *lf = memchr(text, '\n', (size_t)(end - text));

		lf = lf ? lf : end;
		line++;
		wrong = add_key(keys, text, (size_t)(lf - text));
		text = lf < end ? lf + 1 : end;
	}
	if (wrong)
		strbuf_addf(err, "%s:%zu: %s", name, line, wrong);
	else if (!keys->count)
		strbuf_addf(err, "%s: holds no key", name);
	else
		return true;
	sodium_memzero(keys, sizeof(*keys));
	return false;
}

bool token_keys_read(struct token_keys *keys, const char *path,
		     struct strbuf *err)
{
	char text[FILE_MAX];
	size_t len;
	bool ok;

	sodium_memzero(keys, sizeof(*keys));
	ok = read_secret(path, text, &len, err) &&
	     token_keys_parse(keys, path, text, len, err);
	sodium_memzero(text, sizeof(text));
	return ok;
}

bool token_pepper_read(struct token_pepper *pepper, const char *path,
		       struct strbuf *err)
{
	char text[FILE_MAX];
	size_t len;
	bool ok = read_secret(path, text, &len, err);

	if (ok) {
		if (len && text[len - 1] == '\n')
			len--;
		ok = read_hex(text, len, pepper->secret);
		if (!ok)
			strbuf_addf(err,
				    "%s:1: is no pepper; the file is one line "
				    "of 64 hexadecimal digits",
				    path);
	}
	if (!ok)
		sodium_memzero(pepper, sizeof(*pepper));
	sodium_memzero(text, sizeof(text));
	return ok;
}
