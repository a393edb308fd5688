/*
 * Build tool: makes C tables of files, so that a program is one file with
 * the templates and the SQL of one commit.
 *
 *   embed queries OUT.h OUT.c FILE.sql…   enum query and their texts
 *   embed files OUT.c SYMBOL ROOT FILE…   name (relative to ROOT, without
 *                                         ".html") and bytes of each file
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

static void die(const char *fmt, ...)
{
	va_list ap;

	fputs("embed: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static FILE *open_or_die(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f)
		die("%s: %s", path, strerror(errno));
	return f;
}

static void close_or_die(FILE *f, const char *path)
{
	if (ferror(f) || fclose(f))
		die("%s: can't be written", path);
}

static void put_string(FILE *out, const char *s, size_t len)
{
	fputs("\n\t\"", out);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\n')
			fputs(i + 1 < len ? "\\n\"\n\t\"" : "\\n", out);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 32 || c > 126 || c == '?')
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* The name of the folder a file lies in: "src/career/career.sql" is career. */
static void put_folder(FILE *out, const char *path)
{
	const char *end = strrchr(path, '/');
	const char *start;

	if (!end)
		die("%s: must lie in a folder that names its feature", path);
	for (start = end; start > path && start[-1] != '/'; start--)
		;
	fprintf(out, "%.*s", (int)(end - start), start);
}

static void query_name(char *name, size_t size, const char *line,
		       const char *path)
{
	size_t n = 0;

	for (const char *s = line; *s && *s != '\n'; s++) {
		if (!islower((unsigned char)*s) && *s != '_' &&
		    !isdigit((unsigned char)*s))
			die("%s: '%.40s': a query's name is a-z 0-9 _", path,
			    line);
		if (n + 1 == size)
			die("%s: '%.40s…': the name is too long", path, line);
		name[n++] = *s;
	}
	if (!n)
		die("%s: '-- name:' without a name", path);
	name[n] = '\0';
}

static void put_query(FILE *header, FILE *source, const char *path,
		      const char *name, const char *sql, size_t len)
{
	while (len && strchr(" \t\n;", sql[len - 1]))
		len--;
	if (!len)
		die("%s: query %s is empty", path, name);
	fputs("\tQ_", header);
	for (const char *s = name; *s; s++)
		fputc(toupper((unsigned char)*s), header);
	fputs(",\n", header);
	fprintf(source, "\t{ \"%s\", \"", name);
	put_folder(source, path);
	fputs("\",", source);
	put_string(source, sql, len);
	fputs(" },\n", source);
}

static void read_queries(FILE *header, FILE *source, const char *path)
{
	static const char mark[] = "-- name: ";
	FILE *in = open_or_die(path, "r");
	char name[64] = "", *line = NULL, *sql = NULL;
	size_t alloc = 0, len = 0;
	ssize_t n;

	while ((n = getline(&line, &alloc, in)) > 0) {
		bool is_mark = strncmp(line, mark, sizeof(mark) - 1) == 0;

		if (is_mark) {
			if (*name)
				put_query(header, source, path, name, sql, len);
			query_name(name, sizeof(name), line + sizeof(mark) - 1,
				   path);
			len = 0;
			continue;
		}
		if (strncmp(line, "--", 2) == 0 || !*name)
			continue;
		sql = realloc(sql, len + (size_t)n + 1);
		if (!sql)
			die("out of memory");
		memcpy(sql + len, line, (size_t)n + 1);
		len += (size_t)n;
	}
	if (*name)
		put_query(header, source, path, name, sql, len);
	free(line);
	free(sql);
	close_or_die(in, path);
}

static int queries(char **argv)
{
	FILE *header = open_or_die(argv[0], "w");
	FILE *source = open_or_die(argv[1], "w");

	fputs("/* Made by src/tools/embed.c from the *.sql files. */\n"
	      "#ifndef QUERIES_H\n#define QUERIES_H\n\nenum query {\n",
	      header);
	fputs("/* Made by src/tools/embed.c from the *.sql files. */\n"
	      "#include \"queries.h\"\n\n"
	      "const struct query_text query_texts[] = {\n",
	      source);
	for (char **path = argv + 2; *path; path++)
		read_queries(header, source, *path);
	fputs("\tQUERY_MAX\n};\n\nstruct query_text {\n"
	      "\tconst char *name;\n\tconst char *feature;\n"
	      "\tconst char *sql;\n};\n\n"
	      "extern const struct query_text query_texts[];\n\n#endif\n",
	      header);
	fputs("};\n", source);
	close_or_die(header, argv[0]);
	close_or_die(source, argv[1]);
	return 0;
}

static void put_file(FILE *out, const char *root, const char *path)
{
	size_t skip = strlen(root), len, got;
	const char *name = path, *end;
	static char bytes[1 << 20];
	FILE *in = open_or_die(path, "rb");

	if (strncmp(path, root, skip) == 0)
		name = path + skip + (path[skip] == '/');
	end = strstr(name, ".html");
	len = end ? (size_t)(end - name) : strlen(name);
	got = fread(bytes, 1, sizeof(bytes), in);
	if (got == sizeof(bytes))
		die("%s: is larger than %zu bytes", path, sizeof(bytes) - 1);
	fprintf(out, "\t{ \"%.*s\",", (int)len, name);
	put_string(out, bytes, got);
	fprintf(out, ", %zu },\n", got);
	close_or_die(in, path);
}

static int files(char **argv)
{
	FILE *out = open_or_die(argv[0], "w");

	fprintf(out,
		"/* Made by src/tools/embed.c. */\n"
		"#include <stddef.h>\n\n"
		"#include \"base/template.h\"\n\n"
		"extern const struct template_source %s[];\n"
		"const struct template_source %s[] = {\n",
		argv[1], argv[1]);
	for (char **path = argv + 3; *path; path++)
		put_file(out, argv[2], *path);
	fputs("\t{ NULL, NULL, 0 },\n};\n", out);
	close_or_die(out, argv[0]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 4 && strcmp(argv[1], "queries") == 0)
		return queries(argv + 2);
	if (argc > 5 && strcmp(argv[1], "files") == 0)
		return files(argv + 2);
	fputs("usage: embed queries OUT.h OUT.c FILE.sql…\n"
	      "       embed files OUT.c SYMBOL ROOT FILE…\n",
	      stderr);
	return 2;
}
