/*
 * What the fuzz targets share. Each target is one file that gives bytes to
 * the functions that production gives them to, and then CHECKs what must be
 * true of the result: a parser that takes what it should refuse is as wrong
 * as one that crashes.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/findings.h"
#include "base/strbuf.h"

/* libFuzzer calls these. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts, which libFuzzer reports with the input that did it. */
#define CHECK(is_true)                           \
	do {                                     \
		if (!(is_true))                  \
			BUG("not %s", #is_true); \
	} while (0)

/* A copy in memory of its exact size, so that an overrun is seen. */
char *fuzz_copy(const uint8_t *data, size_t size);
/* The same with a NUL at its end. */
char *fuzz_string(const uint8_t *data, size_t size);

/*
 * The next part of an input that holds several, each ended by a line "===".
 * Takes it off; "" when nothing is left.
 */
char *fuzz_part(const uint8_t **data, size_t *size);

/* Judged by other means than ours: the whole of it, by mbrtowc(). */
bool fuzz_is_utf8(const char *text, size_t len);
/* Whether text has a control character but tab, CR and LF. */
bool fuzz_has_control(const char *text);
/* Whether the whole text matches a POSIX extended expression. */
bool fuzz_matches(const char *text, const char *pattern);

/* Reads a file of the repository, from whose top the targets run. */
void fuzz_read_file(struct strbuf *text, const char *path);
/* Each finding names file and line, and says something in UTF-8. */
void fuzz_check_findings(const struct findings *f, const char *text,
			 size_t len);

#endif
