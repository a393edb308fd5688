/*
 * How every program answers a command line that it can't use: what is wrong,
 * and one line that says where help is. Help itself is never printed on top
 * of an error, which it would push off the screen.
 */
#ifndef BASE_USAGE_H
#define BASE_USAGE_H

#include <stdbool.h>

#include "base/alloc.h"

#define EXIT_USAGE 2

/* --help or -h */
bool usage_is_help(const char *arg);

/* command is as it was typed: "autopsy-ctl migrate". All print on stderr and
 * return EXIT_USAGE. */
int usage_wrong(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The word is no command, or NULL: is missing. table: count records of size
 * bytes, whose first member is the name of a command. */
int usage_no_command(const char *command, const char *word, const void *table,
		     size_t count, size_t size);

/* What main() returns: status, or 1 if standard output could not be written
 * to, which is said. A result that a full disk has swallowed is no result. */
int usage_end(const char *program, int status);

#endif
