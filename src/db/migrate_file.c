#include "db/migrate_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/utils.h>
#include <strings.h>

#include "db/sql_lexer.h"

#define NAME_MAX_LEN 100
#define FILE_MAX ((size_t)16 << 20)
/* NAMEDATALEN - 1 of PostgreSQL. */
#define IDENTIFIER_MAX 63

#define IDENTIFIER_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_"

int migrate_number(const char *name)
{
	size_t len = strlen(name), stem;
	int n = 0;

	if (len > NAME_MAX_LEN || len < sizeof("0001_a.sql") - 1)
		return 0;
	for (size_t i = 0; i < 4; i++) {
		if (!isdigit((unsigned char)name[i]))
			return 0;
		n = n * 10 + (name[i] - '0');
	}
	stem = strspn(name + 5, IDENTIFIER_CHARS);
	if (name[4] != '_' || !stem || strcmp(name + 5 + stem, ".sql") != 0)
		return 0;
	return n;
}

/* Takes one plain identifier off s; NULL if there is none. */
static char *take_identifier(const char **s)
{
	size_t len = strspn(*s, IDENTIFIER_CHARS);
	char *name;

	if (!len || len > IDENTIFIER_MAX || isdigit((unsigned char)**s))
		return NULL;
	name = xstrndup(*s, len);
	*s += len;
	return name;
}

static bool parse_heading(struct migrate_file *f)
{
	static const char mark[] = "no-transaction index=";
	const char *s = f->text.buf + strlen("-- migrate:");

	s += strspn(s, " ");
	if (strncmp(s, mark, sizeof(mark) - 1) != 0)
		return false;
	s += sizeof(mark) - 1;
	f->index_schema = take_identifier(&s);
	if (!f->index_schema || *s++ != '.')
		return false;
	f->index_name = take_identifier(&s);
	s += strspn(s, " \r");
	return f->index_name && *s == '\n';
}

/* What runs outside a transaction must be something that can be resumed. */
static bool check_outside(struct migrate_file *f, struct strbuf *err)
{
	const char *opening = f->scan.opening;
	static const char *const creates[] = {
		"CREATE INDEX CONCURRENTLY",
		"CREATE UNIQUE INDEX CONCURRENTLY",
	};
	static const char drop[] = "DROP INDEX CONCURRENTLY";
	bool is_create = false;

	for (size_t i = 0; i < ARRAY_SIZE(creates); i++)
		is_create |= strncmp(opening, creates[i], strlen(creates[i])) ==
			     0;
	f->is_drop = strncmp(opening, drop, sizeof(drop) - 1) == 0;
	if (f->scan.count == 1 && (is_create || f->is_drop))
		return true;
	strbuf_addf(err,
		    "%s:%d: a no-transaction file is exactly one CREATE INDEX "
		    "CONCURRENTLY or DROP INDEX CONCURRENTLY; put the rest in "
		    "a file of its own\n",
		    f->name,
		    sql_line(f->text.buf, f->scan.starts[f->scan.count > 1]));
	return false;
}

bool migrate_file_parse(struct migrate_file *f, struct strbuf *err)
{
	unsigned char digest[crypto_hash_sha256_BYTES];

	if (strlen(f->text.buf) != f->text.len) {
		strbuf_addf(err, "%s:%d: holds a zero byte\n", f->name,
			    sql_line(f->text.buf, f->text.len));
		return false;
	}
	crypto_hash_sha256(digest, (const unsigned char *)f->text.buf,
			   f->text.len);
	sodium_bin2hex(f->sha256, sizeof(f->sha256), digest, sizeof(digest));
	if (!migrate_scan(&f->scan, f->name, f->text.buf, err))
		return false;
	if (!f->scan.count) {
		strbuf_addf(err, "%s: holds no statement\n", f->name);
		return false;
	}
	if (strncmp(f->text.buf, "-- migrate:", 11) != 0)
		return true;
	if (!parse_heading(f)) {
		strbuf_addf(err,
			    "%s:1: the first line must be '-- migrate: "
			    "no-transaction index=schema.name'\n",
			    f->name);
		return false;
	}
	return check_outside(f, err);
}

void migrate_file_release(struct migrate_file *f)
{
	free(f->name);
	free(f->index_schema);
	free(f->index_name);
	strbuf_release(&f->text);
	migrate_scan_release(&f->scan);
}

int migrate_file_line(const struct migrate_file *f, int position, int statement)
{
	const char *text = f->text.buf;
	size_t at = 0;

	if (position > 0) {
		/* Characters, not bytes: skip what continues one. */
		for (int left = position - 1; left > 0 && text[at]; left--)
			for (at++; ((unsigned char)text[at] & 0xc0) == 0x80;)
				at++;
		return sql_line(text, at);
	}
	if (statement < 0 || (size_t)statement >= f->scan.count)
		return 1;
	return sql_line(text, f->scan.starts[statement]);
}

static bool load_file(struct migrate_dir *dir, const char *path,
		      const char *name, struct strbuf *err)
{
	struct migrate_file *f;
	struct strbuf full = STRBUF_INIT;
	bool ok;

	dir->files =
		xrealloc(dir->files, (dir->count + 1) * sizeof(*dir->files));
	f = &dir->files[dir->count++];
	memset(f, 0, sizeof(*f));
	strbuf_init(&f->text);
	f->name = xstrdup(name);
	f->number = migrate_number(name);
	if (!f->number) {
		strbuf_addf(err,
			    "%s: a migration is named NNNN_name.sql: four "
			    "digits from 0001, then a-z 0-9 _\n",
			    name);
		return false;
	}
	strbuf_addf(&full, "%s/%s", path, name);
	ok = strbuf_read_file(&f->text, full.buf, FILE_MAX, err);
	if (!ok)
		strbuf_addch(err, '\n');
	else
		ok = migrate_file_parse(f, err);
	strbuf_release(&full);
	return ok;
}

static int by_name(const void *a, const void *b)
{
	const struct migrate_file *f = a, *g = b;

	return strcmp(f->name, g->name);
}

static bool is_candidate(const char *name)
{
	size_t len = strlen(name);

	return *name != '.' && len >= 4 &&
	       strcasecmp(name + len - 4, ".sql") == 0;
}

bool migrate_dir_load(struct migrate_dir *dir, const char *path,
		      struct strbuf *err)
{
	const struct dirent *e;
	DIR *d = opendir(path);
	bool ok = true;

	memset(dir, 0, sizeof(*dir));
	if (!d) {
		strbuf_addf(err,
			    "%s: can't be opened: %s; set MIGRATIONS_DIR\n",
			    path, strerror(errno));
		return false;
	}
	while ((e = readdir(d)))
		if (is_candidate(e->d_name))
			ok &= load_file(dir, path, e->d_name, err);
	closedir(d);
	if (!dir->count) {
		strbuf_addf(err,
			    "%s: holds no NNNN_name.sql; set MIGRATIONS_DIR\n",
			    path);
		return false;
	}
	qsort(dir->files, dir->count, sizeof(*dir->files), by_name);
	for (size_t i = 1; i < dir->count; i++) {
		const struct migrate_file *f = &dir->files[i];

		if (!f->number || f->number != f[-1].number)
			continue;
		strbuf_addf(err, "%s: has the number of %s; give it another\n",
			    f->name, f[-1].name);
		ok = false;
	}
	return ok;
}

void migrate_dir_release(struct migrate_dir *dir)
{
	for (size_t i = 0; i < dir->count; i++)
		migrate_file_release(&dir->files[i]);
	free(dir->files);
	memset(dir, 0, sizeof(*dir));
}
